using EmotionLlama.Checkpoints;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Datasets.Vision;
using EmotionLlama.Monitoring;
using EmotionLlama.Pretraining;
using EmotionLlama.Training;
using EmotionLlama.Workflows;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Workflows;

/// <summary>With a vision cache the frozen tower runs once for each picture and never again, and nothing else changes:
/// the same losses and weights, bit for bit.</summary>
[Collection(SharedGenerator.Name)]
public sealed class VisionCachingTests(SmallWorld world) : IDisposable
{
    private const int Epochs = 2;

    private readonly TrainingFolder _folder = new(world);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_first_run_encodes_each_picture_once_and_the_next_none_with_the_losses_and_weights_of_a_run_without()
    {
        var without = VisionRun.Train(_folder, "without");
        Assert.Equal(Epochs * SmallWorld.Clips, without.Encoded);
        Assert.Empty(without.Filling);

        var first = VisionRun.Train(_folder, "first", "vision");
        var second = VisionRun.Train(_folder, "second", "vision");

        Assert.Equal(SmallWorld.Clips, first.Encoded);
        Assert.Equal(0, second.Encoded);
        Assert.Equal(without.Losses, first.Losses);
        Assert.Equal(without.Losses, second.Losses);
        Assert.Equal(WeightsOf("without"), WeightsOf("first"));
        Assert.Equal(WeightsOf("without"), WeightsOf("second"));
        Assert.Equal(0, first.Filling[0].Done);
        Assert.All(first.Filling, progress => Assert.Equal(SmallWorld.Clips, progress.Total));
        Assert.Equal(SmallWorld.Clips, first.Filling[^1].Done);
        Assert.Empty(second.Filling);
        Assert.Contains(first.Messages, message => message.Contains("12 pictures in", StringComparison.Ordinal));
    }

    [Fact]
    public void Held_out_clips_withheld_pictures_and_shown_answers_come_from_the_cache_too()
    {
        Recipe Change(Recipe recipe) => VisionRun.Data(
            data => data with { ValidationFile = "world_held_out.txt" })(recipe) with
        {
            Run = recipe.Run with { SampleAnswersInterval = 1, EvalClips = 2, EvalMaxNewTokens = 4 },
        };

        var without = VisionRun.Train(_folder, "without", change: Change);
        var first = VisionRun.Train(_folder, "first", "vision", Change);
        var second = VisionRun.Train(_folder, "second", "vision", Change);
        var withhold = VisionRun.Data(data => data with { Withhold = ["image"] });
        var blank = VisionRun.Train(_folder, "blank", "vision", recipe => withhold(Change(recipe)));

        Assert.Equal(SmallWorld.Clips + SmallWorld.HeldOut, first.Encoded);
        Assert.Equal(0, second.Encoded);
        Assert.Equal(without.Losses, second.Losses);
        Assert.Equal(1, blank.Encoded);
        string[] logs = [ValidationLog.FileName, SampleAnswerLog.FileName];
        Assert.All(logs, log => Assert.Equal(
            File.ReadAllText(Path.Combine(_folder["without"], log)),
            File.ReadAllText(Path.Combine(_folder["second"], log))));
    }

    [Fact]
    public void Where_pictures_are_augmented_the_tower_runs_for_those_only()
    {
        var augmented = VisionRun.Data(data => data with { EnableAugmentation = true, AugmentationProb = 0.4 });
        var without = VisionRun.Train(_folder, "without", change: augmented);
        var first = VisionRun.Train(_folder, "first", "vision", augmented);
        var second = VisionRun.Train(_folder, "second", "vision", augmented);

        var changed = 0;
        using (var session = VisionRun.Open(_folder, "unused", "vision", augmented))
        using (VisionCaching.Attach(session.Recipe, session.Datasets))
        {
            var order = RecipeTrainingData.Order(session.Datasets, session.Recipe.Run);
            var samples = Enumerable.Range(0, Epochs * SmallWorld.Clips / 2).SelectMany(batch => order[batch]);
            foreach (var reference in samples)
            {
                using var sample = session.Datasets[0].Read(reference.Index, reference.DrawSeed, SampleUse.Training);
                changed += sample.IsEncoded ? 0 : 1;
            }
        }

        Assert.InRange(changed, 1, (Epochs * SmallWorld.Clips) - 1);
        Assert.Equal(changed, second.Encoded);
        Assert.Equal(SmallWorld.Clips + 1 + changed, first.Encoded);
        Assert.Equal(without.Losses, first.Losses);
        Assert.Equal(without.Losses, second.Losses);
    }

    [Fact]
    public void A_damaged_entry_is_named_and_made_again_and_training_goes_on_with_the_right_numbers()
    {
        var first = VisionRun.Train(_folder, "first", "vision");
        var file = Directory.GetFiles(_folder["vision"], VisionCache.DataName, SearchOption.AllDirectories).Single();
        using (var data = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite))
            RandomAccess.Write(data, "damage"u8, RandomAccess.GetLength(data) / 2);

        var second = VisionRun.Train(_folder, "second", "vision");
        var third = VisionRun.Train(_folder, "third", "vision");

        var told = Assert.Single(
            second.Messages, message => message.Contains("is damaged and is made again", StringComparison.Ordinal));
        Assert.Contains("the picture of 'world_", told, StringComparison.Ordinal);

        // In the batch, and again for the cache; the second epoch's reading may be ahead of the repair.
        Assert.InRange(second.Encoded, 2, 3);
        Assert.Equal(first.Losses, second.Losses);
        Assert.Equal(0, third.Encoded);
        Assert.Equal(first.Losses, third.Losses);
    }

    [Fact]
    public void A_picture_that_changed_is_encoded_anew()
    {
        VisionRun.Train(_folder, "first", "vision");
        var frames = Path.Combine(_folder.Data, "frames");
        File.Copy(
            Path.Combine(frames, $"{TrainingFolder.Clip(SmallWorld.Clips)}.png"),
            Path.Combine(frames, $"{TrainingFolder.Clip(3)}.png"),
            overwrite: true);

        var changed = VisionRun.Train(_folder, "changed", "vision");

        Assert.Equal(1, changed.Encoded);
        Assert.Equal(VisionRun.Train(_folder, "without").Losses, changed.Losses);
    }

    [Fact]
    public void Other_weights_and_other_precision_have_entries_of_their_own()
    {
        var first = VisionRun.Train(_folder, "first", "vision");
        using (var weights = WeightSources.Open(TinyModel.Shipped.VisionFile))
        using (NewDisposeScope())
        {
            SafetensorsWriter.Write(
                _folder["other.safetensors"],
                weights.Names.Select(name => KeyValuePair.Create(name, weights.Read(name) * 1.01)).ToList());
        }

        Recipe Other(Recipe recipe) =>
            recipe with { Model = recipe.Model with { VitModel = _folder["other.safetensors"] } };

        var other = VisionRun.Train(_folder, "other", "vision", Other);
        var half = VisionRun.Train(
            _folder,
            "half",
            "vision",
            recipe => recipe with { Run = recipe.Run with { Amp = Amp.Bf16, MaxEpoch = 1 } });
        var again = VisionRun.Train(_folder, "again", "vision");

        Assert.Equal(SmallWorld.Clips, other.Encoded);
        Assert.Equal(VisionRun.Train(_folder, "other, without", change: Other).Losses, other.Losses);
        Assert.NotEqual(first.Losses, other.Losses);
        Assert.Equal(SmallWorld.Clips, half.Encoded);
        Assert.Equal(0, again.Encoded);
        Assert.Equal(3, Directory.GetDirectories(_folder["vision"]).Length);
    }

    [Theory]
    [InlineData(OnBadSample.Skip)]
    [InlineData(OnBadSample.Stop)]
    public void A_picture_that_cannot_be_decoded_is_skipped_or_stops_the_run_as_without_a_cache(OnBadSample onBadSample)
    {
        var picture = Path.Combine(_folder.Data, "frames", $"{TrainingFolder.Clip(5)}.png");
        File.WriteAllBytes(picture, File.ReadAllBytes(picture)[..100]);
        Recipe Change(Recipe recipe) => recipe with { Run = recipe.Run with { OnBadSample = onBadSample } };

        if (onBadSample == OnBadSample.Stop)
        {
            var plain = Message(cache: null);
            Assert.Equal(plain, Message("vision"));
            Assert.Contains(TrainingFolder.Clip(5), plain, StringComparison.Ordinal);
            return;
        }

        var without = VisionRun.Train(_folder, "without", change: Change);
        var with = VisionRun.Train(_folder, "with", "vision", Change);
        Assert.Equal(SmallWorld.Clips - 1, with.Encoded);
        Assert.Equal(without.Losses, with.Losses);
        Assert.Equal(without.Skipped, with.Skipped);
        Assert.InRange(with.Skipped, 1, long.MaxValue);

        string Message(string? cache) =>
            Assert.Throws<InputException>(() => VisionRun.Train(_folder, "stopped", cache, Change)).Message;
    }

    [Fact]
    public void A_dry_run_says_how_large_the_cache_becomes_and_writes_nothing()
    {
        VisionCacheSize Size(string? cache)
        {
            using var session = VisionRun.Open(_folder, "unused", cache);
            return DryRunWorkflow.Run(session, TestContext.Current.CancellationToken).VisionCache
                ?? new VisionCacheSize("", 0, 0, 0);
        }

        var before = Size("vision");

        Assert.Equal((SmallWorld.Clips, SmallWorld.Clips), (before.Pictures, before.Missing));
        Assert.Equal(SmallWorld.Clips * before.BytesEach, before.MissingBytes);
        Assert.False(Directory.Exists(before.Folder));
        Assert.Equal(0, Size(null).Pictures);
        VisionRun.Train(_folder, "first", "vision");
        Assert.Equal(before with { Missing = 0 }, Size("vision"));
        Assert.Equal(before.Bytes, new FileInfo(Path.Combine(before.Folder, VisionCache.DataName)).Length);
    }

    [Fact]
    public void A_disk_that_is_too_full_is_found_before_the_tower_runs()
    {
        using var session = VisionRun.Open(_folder, "unused", "vision");
        var model = session.BuildModel();
        using var caching = VisionCaching.Attach(session.Recipe, session.Datasets)!;
        var cache = session.Datasets[0].Media.VisionCache!;
        var filling = new VisionFilling(cache, session.Datasets, session.Recipe.Run)
        {
            FreeBytes = _ => (SmallWorld.Clips * cache.Kind.Bytes) - 1,
        };

        var stop = TestContext.Current.CancellationToken;
        var early = Assert.Throws<InputException>(() => filling.Check(stop)).Message;
        var message = Assert.Throws<InputException>(
            () => filling.Run(model, _ => { }, onWaiting: null, stop)).Message;

        Assert.Contains("are free there", message, StringComparison.Ordinal);
        Assert.Contains("are free there", early, StringComparison.Ordinal);
        Assert.Equal(0, model.Vision.PicturesEncoded);
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_to_is_an_error_where_pictures_are_missing_and_serves_where_none_is()
    {
        File.WriteAllText(_folder["file"], "");
        var message = Assert.Throws<InputException>(() => VisionRun.Train(_folder, "never", "file")).Message;
        Assert.Contains("run.vision_cache", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);

        // Another process holds the lock, so this one cannot write, and need not.
        VisionRun.Train(_folder, "first", "vision");
        using var session = VisionRun.Open(_folder, "unused", "vision");
        using var caching = VisionCaching.Attach(session.Recipe, session.Datasets);
        using var writer = session.Datasets[0].Media.VisionCache!.Write(
            onWaiting: null, TestContext.Current.CancellationToken);
        Assert.NotNull(writer);

        Assert.Equal(0, VisionRun.Train(_folder, "second", "vision").Encoded);
    }

    [Fact]
    public async Task A_run_that_is_stopped_and_resumed_with_the_cache_has_the_weights_of_one_undisturbed_and_without()
    {
        var undisturbed = await _folder.TrainAsync($"run.output_dir={_folder["undisturbed"]}");
        Assert.Equal(0, undisturbed.Code);

        var cache = $"run.vision_cache={_folder["vision"]}";
        var stopped = await _folder.TrainAsync([cache], [], stopAfterStep: 4);
        var resumed = await _folder.TrainAsync([cache], ["--resume"]);

        Assert.Equal(130, stopped.Code);
        Assert.Equal(0, resumed.Code);
        Assert.NotEmpty(stopped.Events("vision_cache"));
        Assert.Empty(resumed.Events("vision_cache"));
        Assert.Equal(WeightsOf("undisturbed"), WeightsOf("output"));
    }

    [Fact]
    public void A_clip_that_is_answered_about_alone_is_taken_from_the_cache_without_filling_it()
    {
        VisionRun.Train(_folder, "first", "vision");
        using var session = VisionRun.Open(_folder, "unused", "vision");
        using var known = ClipFinder.Read(session, TrainingFolder.Clip(2), instruction: null);
        using var other = VisionRun.Open(_folder, "unused", "empty");
        using var unknown = ClipFinder.Read(other, TrainingFolder.Clip(2), instruction: null);

        Assert.True(known.IsEncoded);
        Assert.False(unknown.IsEncoded);
        Assert.False(Directory.Exists(_folder["empty"]));
    }

    [Fact]
    public void Thousands_of_readings_leave_no_tensor_and_no_memory_behind()
    {
        var kind = new VisionOutputKind("f", 448, 16, ScalarType.BFloat16, 257, 1408);
        using var output = zeros([257, 1408], ScalarType.BFloat16);
        using var cache = VisionCache.Open(_folder["large"], kind);
        using (var writer = cache.Write(onWaiting: null, TestContext.Current.CancellationToken)!)
            writer.Append(PictureKey.Blank, output);

        Read(100);
        var (tensors, memory) = (LiveTensors.CountBefore(), Environment.WorkingSet);
        Read(4000);

        Assert.Equal(tensors, LiveTensors.Count);
        Assert.InRange(Environment.WorkingSet - memory, long.MinValue, 64 << 20);

        void Read(int times)
        {
            for (var i = 0; i < times; i++)
                cache.Read(PictureKey.Blank, "it")!.Dispose();
        }
    }

    [Fact]
    public void Training_with_a_cache_leaves_no_tensor_behind()
    {
        VisionRun.Train(_folder, "first", "vision");
        var before = LiveTensors.CountBefore();
        VisionRun.Train(_folder, "second", "vision");

        Assert.Equal(before, LiveTensors.Count);
    }

    private IReadOnlyDictionary<string, byte[]> WeightsOf(string output) =>
        TrainingFolder.Weights(CheckpointStore.FindNewest(_folder[output])!);
}
