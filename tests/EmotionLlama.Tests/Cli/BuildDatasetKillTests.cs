using EmotionLlama.Tests.Construction;
using EmotionLlama.Tests.Endpoints;

namespace EmotionLlama.Tests.Cli;

/// <summary>A construction by the real program that is killed twice ends as if nothing had happened.</summary>
public sealed class BuildDatasetKillTests : IDisposable
{
    private readonly ConstructionFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Killed_twice_it_asks_nothing_twice_and_writes_the_same_bytes()
    {
        _folder.AddEight();
        int[] silent = [4, 12];
        using var models = new StubModels(call =>
            silent.Contains(call.Number) ? new StubReply { After = new TaskCompletionSource().Task } : null);
        foreach (var call in silent)
        {
            using var process = Start(models);

            // That call is never answered, so every other one was kept before it or is not asked yet.
            process.WaitUntil(() => models.Calls.Count > call);
            process.Kill();
            Assert.False(File.Exists(Path.Combine(_folder.Output, "report.json")));
        }

        using var last = Start(models);
        var (exitCode, error) = last.Wait();

        Assert.True(exitCode == 0, error);
        var answered = models.Calls.Where(call => !silent.Contains(call.Number)).Select(call => call.Body.GetRawText());
        Assert.Distinct(answered);
        Assert.Equal(20 + silent.Length, models.Calls.Count);
        var files = ConstructionFolder.Files(_folder.Output);
        Directory.Delete(_folder.Output, recursive: true);
        Assert.Equal(0, (await CliRun.Of(Arguments(models))).Code);
        Assert.Equal(files, ConstructionFolder.Files(_folder.Output));
    }

    private VerbProcess Start(StubModels models) => new(Arguments(models));

    private string[] Arguments(StubModels models)
    {
        File.WriteAllText(_folder["recipe.yaml"], """
            model:
              llama_model: none
              vit_model: none
            construction:
              vision: { parallel: 1 }
              audio: { parallel: 1 }
              text: { parallel: 1 }
            """);
        return [.. _folder.Arguments(models), "--cfg-path", _folder["recipe.yaml"]];
    }
}
