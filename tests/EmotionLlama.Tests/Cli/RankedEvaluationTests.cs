using EmotionLlama.Tests.Distributed;
using EmotionLlama.Tests.Workflows;

namespace EmotionLlama.Tests.Cli;

/// <summary><c>evaluate</c> by several processes writes the files of one.</summary>
[Collection(SharedGenerator.Name)]
public sealed class RankedEvaluationTests(SmallWorld world) : IDisposable
{
    private readonly EvaluationFolder _folder = new(world);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_ranks_write_the_bytes_of_one_process_and_go_on_with_what_one_has_answered()
    {
        Assert.Equal(0, (await Evaluate("one")).Code);
        var log = _folder.Result("answers.log.jsonl", "one");

        // The log of a process that was killed after the first of three batches.
        var begun = _folder.Result("answers.log.jsonl", "begun");
        Directory.CreateDirectory(Path.GetDirectoryName(begun)!);
        File.WriteAllLines(begun, File.ReadLines(log).Take(3));
        foreach (var name in (string[])["two", "begun"])
        {
            using var job = JobProcess.Start(
                ["evaluate", "--nproc", "2", "--cfg-path", _folder.Recipe, "--options", Save(name)]);
            job.Succeed();

            Assert.Equal(
                _folder.Results("one").OrderBy(file => file.Key, StringComparer.Ordinal),
                _folder.Results(name).OrderBy(file => file.Key, StringComparer.Ordinal));
        }

        string Save(string name) => $"run.save_path={_folder[name]}";

        Task<CliRun> Evaluate(string name) => _folder.EvaluateAsync("--options", Save(name));
    }
}
