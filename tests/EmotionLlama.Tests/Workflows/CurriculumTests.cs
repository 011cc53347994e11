using System.Text.Json;
using EmotionLlama.Configuration;
using EmotionLlama.Tests.Cli;
using EmotionLlama.Training;
using EmotionLlama.Workflows;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Workflows;

/// <summary>A curriculum in runs on the small world: twelve clips, six steps of two, the first three of them under it.
/// </summary>
[Collection(SharedGenerator.Name)]
public sealed class CurriculumTests(SmallWorld world) : IDisposable
{
    private const string LastCheckpoint = "checkpoint_1.pth";

    private readonly TrainingFolder _folder = new(world);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("length")]
    [InlineData("clues")]
    [InlineData("modalities")]
    [InlineData("loss")]
    public async Task The_difficulties_are_kept_and_the_log_says_what_happens(string difficulty)
    {
        var run = await _folder.TrainAsync($"datasets.world.curriculum={{difficulty: {difficulty}, pacing: root}}");

        Assert.Equal(0, run.Code);
        var lines = Lines();
        Assert.Equal(Enumerable.Range(0, SmallWorld.Clips).Select(TrainingFolder.Clip), lines.Select(line => line.Clip));
        Assert.All(lines, line => Assert.Equal(("world", difficulty), (line.Dataset, line.Measure)));
        Assert.All(lines, line => Assert.True(line.Difficulty > 0));
        var message = Assert.Single(Messages(run), text => text.StartsWith("world: curriculum", StringComparison.Ordinal));
        Assert.StartsWith($"world: curriculum by {difficulty}, root pacing, easiest clips first: 25 %, all at", message);
    }

    [Fact]
    public async Task The_length_is_counted_in_words_and_orders_the_clips()
    {
        await _folder.TrainAsync("datasets.world.curriculum.difficulty=length");
        using var captions = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder.Data, "MERR_fine_grained.json")));

        Assert.All(Lines(), line => Assert.Equal(
            captions.RootElement.GetProperty(line.Clip).GetProperty("smp_reason_caption").GetString()!.Split(' ').Length,
            line.Difficulty));
    }

    [Theory]
    [InlineData("loss")]
    [InlineData("length")]
    public async Task Switched_on_it_changes_what_is_learned(string difficulty)
    {
        Assert.Equal(0, (await _folder.TrainAsync()).Code);
        var without = TrainingFolder.Weights(_folder.OutputFile(LastCheckpoint));
        Assert.False(File.Exists(_folder.OutputFile("curriculum.jsonl")));

        var output = $"run.output_dir={_folder["with"]}";
        Assert.Equal(0, (await _folder.TrainAsync(output, $"datasets.world.curriculum.difficulty={difficulty}")).Code);

        Assert.NotEqual(without, TrainingFolder.Weights(Path.Combine(_folder["with"], LastCheckpoint)));
    }

    [Fact]
    public void Measuring_losses_draws_nothing_and_gives_each_clip_its_own()
    {
        using var session = TrainingSession.Open(RecipeReader.Read(
            _folder.Recipe, ["datasets.world.curriculum.difficulty=loss", "model.lora_dropout=0.5"]).Recipe);
        var model = session.BuildModel();
        using var before = get_rng_state();

        var difficulties = CurriculumDifficulties.Prepare(
            session, model, _folder.Output, resume: null, _ => { }, TestContext.Current.CancellationToken)[0]!;

        using var after = get_rng_state();
        Assert.True(before.Equals(after));
        Assert.Distinct(difficulties);
        var all = ValidationLoss.Measure(
            model, session.Datasets[0], session.Prompts(model), 1, TestContext.Current.CancellationToken);
        Assert.Equal(all, difficulties.Average(), 0.2);
    }

    [Theory]
    [InlineData("loss", 2)]
    [InlineData("loss", 3)]
    [InlineData("clues", 4)]
    public async Task A_resumed_run_ends_in_the_weights_of_one_that_never_stopped(string difficulty, int step)
    {
        var curriculum = $"datasets.world.curriculum={{difficulty: {difficulty}, epochs: 2}}";
        Assert.Equal(0, (await _folder.TrainAsync(curriculum, $"run.output_dir={_folder["whole"]}")).Code);

        Assert.Equal(130, (await _folder.TrainAsync([curriculum], [], stopAfterStep: step)).Code);
        var begun = File.ReadAllText(_folder.OutputFile("curriculum.jsonl"));
        var resumed = await _folder.TrainAsync([curriculum], ["--resume"]);

        Assert.Equal(0, resumed.Code);
        Assert.Equal(begun, File.ReadAllText(_folder.OutputFile("curriculum.jsonl")));
        Assert.DoesNotContain(Messages(resumed), text => text.Contains("measuring", StringComparison.Ordinal));
        Assert.Equal(
            TrainingFolder.Weights(Path.Combine(_folder["whole"], LastCheckpoint)),
            TrainingFolder.Weights(_folder.OutputFile(LastCheckpoint)));
    }

    [Fact]
    public async Task A_run_goes_on_in_another_folder_with_the_losses_it_began_with()
    {
        const string Curriculum = "datasets.world.curriculum.difficulty=loss";
        Assert.Equal(130, (await _folder.TrainAsync([Curriculum], [], stopAfterStep: 2)).Code);
        var latest = _folder.OutputFile("checkpoint_latest.pth");

        var elsewhere = await _folder.TrainAsync([Curriculum, $"run.output_dir={_folder["new"]}"], ["--resume", latest]);
        Assert.Equal(0, elsewhere.Code);
        Assert.Equal(
            File.ReadAllText(_folder.OutputFile("curriculum.jsonl")),
            File.ReadAllText(Path.Combine(_folder["new"], "curriculum.jsonl")));

        File.Delete(_folder.OutputFile("curriculum.jsonl"));
        var lost = await _folder.TrainAsync([Curriculum], ["--resume", latest]);
        Assert.Equal(2, lost.Code);
        Assert.Contains(_folder.OutputFile("curriculum.jsonl"), lost.ErrorLine);

        File.Copy(Path.Combine(_folder["new"], "curriculum.jsonl"), _folder.OutputFile("curriculum.jsonl"));
        var other = await _folder.TrainAsync(["datasets.world.curriculum.difficulty=length"], ["--resume", latest]);
        Assert.Equal(2, other.Code);
        Assert.Contains("by 'length'", other.ErrorLine);
    }

    [Fact]
    public async Task A_curriculum_longer_than_the_run_is_refused()
    {
        var run = await _folder.TrainAsync("datasets.world.curriculum={difficulty: length, epochs: 3}");

        Assert.Equal(2, run.Code);
        Assert.Contains("datasets.world.curriculum.epochs: is 3 where run.max_epoch is 2", run.ErrorLine);
        Assert.Equal(0, (await _folder.TrainAsync("datasets.world.curriculum={epochs: 3}")).Code);
    }

    [Fact]
    public async Task A_dry_run_shows_shares_and_the_easiest_clips_prompts()
    {
        var run = await CliRun.Of(
            "train", "--cfg-path", _folder.Recipe, "--dry-run", "--json", "--options",
            "datasets.world.curriculum={difficulty: length, start: 0.1, epochs: 2}", "run.max_epoch=4");

        Assert.Equal(0, run.Code);
        var curriculum = run.Json.GetProperty("curricula")[0];
        var shares = curriculum.GetProperty("shares").EnumerateArray().Select(share => share.GetDouble()).ToList();
        Assert.Equal(1.0 / 12, shares[0], 1e-9);
        Assert.Equal([1.0, 1.0], shares.Skip(2));
        var easiest = curriculum.GetProperty("easiest").GetString();
        Assert.Equal(easiest, run.Json.GetProperty("prompts")[0].GetProperty("clip").GetString());
        Assert.True(curriculum.GetProperty("easiest_value").GetDouble() < curriculum.GetProperty("hardest_value").GetDouble());
    }

    [Fact]
    public async Task A_dry_run_leaves_the_losses_to_the_run()
    {
        var run = await CliRun.Of(
            "train", "--cfg-path", _folder.Recipe, "--dry-run", "--options", "datasets.world.curriculum.difficulty=loss");

        Assert.Equal(0, run.Code);
        Assert.Contains(
            "by loss, linear pacing, easiest clips first: 25 %, all at the starts of the epochs; the losses are measured",
            run.Output);
    }

    [Fact]
    public async Task A_clip_that_cannot_be_read_and_is_skipped_comes_last()
    {
        File.Delete(Path.Combine(_folder.Data, "HL-UTT", $"{TrainingFolder.Clip(2)}.npy"));
        string[] options = ["datasets.world.curriculum.difficulty=loss", "run.on_bad_sample=skip"];

        var run = await _folder.TrainAsync(options, [], stopAfterStep: 2);

        Assert.Equal(130, run.Code);
        Assert.Contains("last, unreadable ones: 1", Assert.Single(Messages(run), text => text.Contains("curriculum by")));
        Assert.Contains("\"NaN\"", File.ReadLines(_folder.OutputFile("curriculum.jsonl")).ElementAt(2));
        Assert.Equal(0, (await _folder.TrainAsync(options, ["--resume"])).Code);
    }

    [Fact]
    public void The_difficulty_of_mixed_tasks_is_the_mean_of_their_answers_by_weight()
    {
        var recipe = RecipeReader.Read(
            _folder.Recipe,
            ["datasets.world.task_pool={reason: 0.3, reason_v2: 0.7}", "datasets.world.curriculum.difficulty=length"]).Recipe;
        using var session = TrainingSession.Open(recipe);
        var dataset = session.Datasets[0];

        var difficulties = Assert.Single(CurriculumDifficulties.OfCaptions(session))!;

        var (coarse, fine) = (Words("reason"), Words("reason_v2"));
        Assert.NotEqual(coarse, fine);
        Assert.Equal((0.3 * coarse) + (0.7 * fine), difficulties[0], 1e-9);

        int Words(string task) => dataset.Texts.Find(dataset[0], dataset.Tasks.Find(task))!.Split(' ').Length;
    }

    [Fact]
    public void A_withheld_or_empty_modality_makes_a_clip_easier()
    {
        var transcripts = Path.Combine(_folder.Data, "transcription_en_all.csv");
        File.WriteAllLines(transcripts, File.ReadAllLines(transcripts).Select(
            line => line.StartsWith(TrainingFolder.Clip(3), StringComparison.Ordinal) ? $"{TrainingFolder.Clip(3)}," : line));

        Assert.Equal(3, Difficulties("[]")[0]);
        Assert.Equal(2, Difficulties("[]")[3]);
        Assert.Equal(2, Difficulties("[face]")[0]);
        Assert.Equal(3, Difficulties("[image]")[0]);
        Assert.Equal(1, Difficulties("[voice, words]")[0]);

        IReadOnlyList<double> Difficulties(string withhold)
        {
            using var session = TrainingSession.Open(RecipeReader.Read(
                _folder.Recipe,
                ["datasets.world.curriculum.difficulty=modalities", $"datasets.world.withhold={withhold}"]).Recipe);
            return CurriculumDifficulties.OfCaptions(session)[0]!;
        }
    }

    [Fact]
    public async Task The_small_world_trains_with_mixed_tasks()
    {
        var run = await _folder.TrainAsync("datasets.world.task_pool={reason: 0.3, reason_v2: 0.7}");
        Assert.Equal(0, run.Code);
        var mixed = TrainingFolder.Weights(_folder.OutputFile(LastCheckpoint));

        Assert.Equal(0, (await _folder.TrainAsync($"run.output_dir={_folder["alone"]}")).Code);
        Assert.NotEqual(mixed, TrainingFolder.Weights(Path.Combine(_folder["alone"], LastCheckpoint)));
    }

    private List<(string Dataset, string Clip, string Measure, double Difficulty)> Lines() =>
    [
        .. File.ReadLines(_folder.OutputFile("curriculum.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Select(line => (
                line.GetProperty("dataset").GetString()!,
                line.GetProperty("clip").GetString()!,
                line.GetProperty("measure").GetString()!,
                line.GetProperty("difficulty").GetDouble())),
    ];

    private static IEnumerable<string> Messages(CliRun run) =>
        run.Events("message").Select(line => line.GetProperty("message").GetString()!);
}
