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
        // The report names the folder, so all write into one.
        var save = $"run.save_path={_folder["output"]}";
        Assert.Equal(0, (await _folder.EvaluateAsync("--options", save)).Code);
        Directory.Move(_folder["output"], _folder["one"]);
        var begun = File.ReadLines(_folder.Result("answers.log.jsonl", "one")).Take(3).ToList();
        foreach (var log in (List<string>[])[[], begun])
        {
            // The log of a process that was killed after the first of three batches.
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.Result("answers.log.jsonl", "output"))!);
            if (log.Count > 0)
                File.WriteAllLines(_folder.Result("answers.log.jsonl", "output"), log);

            using var job = JobProcess.Start(
                ["evaluate", "--nproc", "2", "--cfg-path", _folder.Recipe, "--options", save]);
            job.Succeed();

            Assert.Equal(
                _folder.Results("one").OrderBy(file => file.Key, StringComparer.Ordinal),
                _folder.Results("output").OrderBy(file => file.Key, StringComparer.Ordinal));
            Directory.Delete(_folder["output"], recursive: true);
        }
    }
}
