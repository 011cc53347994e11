using EmotionLlama.Tests.Workflows;

namespace EmotionLlama.Tests.Cli;

/// <summary>Mistakes end in one line that says where and what, before the model is read.</summary>
[Collection(SharedGenerator.Name)]
public sealed class EvaluateMistakesTests(SmallWorld world) : IDisposable
{
    private readonly EvaluationFolder _folder = new(world);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_missing_test_file()
    {
        File.Delete(_folder.TestFile);

        await AssertRefusedAsync([], "evaluation_datasets.held_out.eval_file_path: no such file", _folder.TestFile);
    }

    [Fact]
    public async Task A_label_that_the_test_set_does_not_have()
    {
        var lines = File.ReadAllLines(_folder.TestFile);
        File.WriteAllLines(_folder.TestFile, [lines[0], $"{lines[1].Split(' ')[0]} 30 jolly 0"]);

        await AssertRefusedAsync([], $"{_folder.TestFile}:2: unknown emotion 'jolly'", "evaluation_datasets.*.labels");
    }

    [Fact]
    public async Task No_test_set() =>
        await AssertRefusedAsync(["--options", "evaluation_datasets="], "evaluation_datasets: names no data");

    [Fact]
    public async Task A_test_set_that_the_recipe_does_not_have() => await AssertRefusedAsync(
        ["--dataset", "held_oud"],
        "evaluation_datasets: has no 'held_oud'; did you mean 'held_out'? It has held_out");

    [Fact]
    public async Task A_missing_checkpoint() => await AssertRefusedAsync(
        ["--ckpt", _folder["none.pth"]], "model.ckpt: no such file", _folder["none.pth"]);

    [Fact]
    public async Task Settings_that_contradict_each_other() => await AssertRefusedAsync(
        ["--options", "evaluation_datasets.held_out.num_beams=3", "evaluation_datasets.held_out.do_sample=true"],
        "evaluation_datasets.held_out: num_beams is 3 with do_sample on");

    [Fact]
    public async Task A_clip_that_cannot_be_read()
    {
        var clip = File.ReadLines(_folder.TestFile).Last().Split(' ')[0];
        File.Delete(Path.Combine(_folder.Data, "mae_340_UTT", clip + ".npy"));

        await AssertRefusedAsync([], $"evaluation_datasets.held_out: clip '{clip}'", "run.on_bad_sample: skip");
    }

    [Fact]
    public async Task Nothing_left_to_withhold() => await AssertRefusedAsync(
        ["--withhold-each", "--options", "datasets.world.withhold=[face, voice, words]"],
        "--withhold-each: the recipe withholds face, voice and words of 'held_out' already");

    [Fact]
    public async Task An_unknown_format() => await AssertRefusedAsync(["--format", "csv"], "csv");

    [Fact]
    public async Task A_log_that_is_damaged()
    {
        var log = _folder.Result("answers.log.jsonl");
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        File.WriteAllText(log, "not a log\nat all\n");

        await AssertRefusedAsync([], log);
    }

    private async Task AssertRefusedAsync(string[] arguments, params string[] named)
    {
        var run = await _folder.EvaluateAsync(arguments);

        Assert.Equal(2, run.Code);
        foreach (var part in named)
            Assert.Contains(part, run.ErrorLine, StringComparison.Ordinal);

        Assert.False(File.Exists(_folder.Result("metrics.json")), "it was evaluated");
    }
}
