using System.Text.Json;
using EmotionLlama.Datasets;
using EmotionLlama.Media;
using EmotionLlama.World;

namespace EmotionLlama.Tests.World;

public sealed class WorldWriterTests : IDisposable
{
    private static readonly WorldSplit[] Splits = [new("train", 0, 5), new("held_out", 18, 3)];

    private readonly string _folder = Directory.CreateTempSubdirectory("emotion-llama-world-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_clip_has_its_frame_and_three_features()
    {
        Write(Splits, new FakeEncoder(), new WorldWriterOptions { BatchSize = 3 });

        foreach (var clip in AllClips())
        {
            using var frame = SkiaSharp.SKBitmap.Decode(File("frames", clip.Name + ".png"));
            Assert.Equal((112, 112), (frame.Width, frame.Height));
            Assert.Equal([ClipViews.FaceCount, ClipViews.Size], FeatureStart("mae_340_UTT", clip));
            Assert.Equal([ClipViews.FrameCount, ClipViews.Size], FeatureStart("maeV_399_UTT", clip));
            var voice = VoiceSynthesizer.Synthesize(clip);
            Assert.Equal([voice.Length, voice.Max()], FeatureStart("HL-UTT", clip));
        }
    }

    [Fact]
    public void Annotations_read_as_those_of_real_data()
    {
        Write(Splits, encoder: null);

        foreach (var split in Splits)
        {
            Assert.Equal(
                split.Clips(42).Select(clip => (clip.Name, clip.FrameCount, clip.Emotion)),
                AnnotationFile.Read(File(split.AnnotationName)).Select(clip => (clip.Name, clip.Frames, clip.Emotion)));
        }
    }

    [Fact]
    public void Captions_and_transcripts_read_as_those_of_real_data()
    {
        Write(Splits, encoder: null);
        var fine = CaptionFile.Read(File("MERR_fine_grained.json"), [CaptionFile.FineField]);
        var coarse = CaptionFile.Read(File("MERR_coarse_grained.json"), [CaptionFile.CoarseField]);
        var transcripts = Transcripts.Read(File("transcription_en_all.csv"));

        Assert.All(AllClips(), clip =>
        {
            Assert.Equal(CaptionWriter.FineGrained(clip), fine.Find(clip.Name, CaptionFile.FineField));
            Assert.Equal(CaptionWriter.CoarseGrained(clip), coarse.Find(clip.Name, CaptionFile.CoarseField));
            Assert.Equal(clip.Line.Text, transcripts[clip.Name]);
        });
    }

    [Fact]
    public void The_fine_annotations_have_all_fields_of_the_real_ones()
    {
        Write(Splits, encoder: null);
        using var fine = JsonDocument.Parse(System.IO.File.ReadAllText(File("MERR_fine_grained.json")));

        Assert.Equal(8, fine.RootElement.EnumerateObject().Count());
        foreach (var clip in AllClips())
        {
            var record = fine.RootElement.GetProperty(clip.Name);
            Assert.Equal(CaptionWriter.Label(clip.Emotion), record.GetProperty("pseu_emotion").GetString());
            Assert.Equal(clip.Line.Text, record.GetProperty("text").GetString());
            Assert.Equal($"{clip.PeakFrame}", record.GetProperty("peak_index").GetString());
            Assert.Equal(JsonValueKind.String, record.GetProperty("audio_prior_list").ValueKind);
            Assert.Equal(
                WorldClipFactory.UnitsOf(clip.Cues.Face).Select(CaptionWriter.Code), Strings(record, "AU_list"));
            Assert.Subset(
                Strings(record, "peak_AU_list").ToHashSet(), Strings(record, "AU_list").ToHashSet());
            Assert.Equal(CaptionWriter.VisualPrior(clip), Strings(record, "visual_prior_list"));
        }
    }

    [Fact]
    public void Writing_again_gives_the_same_files_and_leaves_nothing_else()
    {
        Write(Splits, new FakeEncoder());
        var first = Contents();
        Write(Splits, new FakeEncoder(), new WorldWriterOptions { BatchSize = 2, Threads = 1 });
        var second = Contents();

        Assert.Equal(first.Keys.Order(), second.Keys.Order());
        Assert.All(first, file => Assert.Equal(file.Value, second[file.Key]));
        Assert.Equal((8 * 4) + 5, first.Count);
    }

    [Fact]
    public void Voices_are_written_where_wanted()
    {
        Write([new("train", 0, 1)], encoder: null, new WorldWriterOptions { WriteAudio = true });
        var clip = WorldClipFactory.Create(42, 0);
        var sound = WavFile.Read(File("audio", clip.Name + ".wav"));

        Assert.Equal(VoiceSynthesizer.SampleRate, sound.SampleRate);
        Assert.Equal(VoiceSynthesizer.Synthesize(clip).Length, sound.Samples.Length);
    }

    [Fact]
    public void A_cancelled_run_leaves_no_index_behind()
    {
        Write(Splits, encoder: null);
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() =>
            WorldWriter.Write(_folder, 42, Splits, null, cancellationToken: cancel.Token));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Progress_counts_to_the_last_clip()
    {
        var reports = new Reports();
        Write(Splits, encoder: null, new WorldWriterOptions { BatchSize = 3 }, reports);

        Assert.Equal([3, 6, 8], reports.Values);
    }

    [Fact]
    public void Splits_that_share_clips_are_refused() => Assert.Throws<ArgumentException>(() =>
        Write([new("train", 0, 20), new("held_out", 19, 5)], encoder: null));

    [Fact]
    public void A_feature_of_the_wrong_size_is_refused() => Assert.Throws<InvalidOperationException>(() =>
        Write(Splits, new FakeEncoder(length: 512)));

    [Fact]
    public void A_folder_that_cannot_be_written_is_named()
    {
        var blocked = File("blocked");
        System.IO.File.WriteAllText(blocked, "a file, not a folder");

        var error = Assert.Throws<InputException>(() => Write(Splits, encoder: null, folder: blocked));
        Assert.Contains("blocked", error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<WorldClip> AllClips() => Splits.SelectMany(split => split.Clips(42));

    private static IEnumerable<string> Strings(JsonElement record, string field) =>
        record.GetProperty(field).EnumerateArray().Select(item => item.GetString()!);

    private void Write(
        IReadOnlyList<WorldSplit> splits,
        IClipEncoder? encoder,
        WorldWriterOptions? options = null,
        IProgress<int>? progress = null,
        string? folder = null) => WorldWriter.Write(
            folder ?? _folder, 42, splits, encoder, options, progress, TestContext.Current.CancellationToken);

    private string File(params string[] parts) => Path.Combine([_folder, .. parts]);

    private float[] FeatureStart(string kind, WorldClip clip) =>
        NpyFile.Read(File(kind, clip.Name + ".npy"), IClipEncoder.FeatureLength)[..2];

    private Dictionary<string, byte[]> Contents() => Directory
        .GetFiles(_folder, "*", SearchOption.AllDirectories)
        .ToDictionary(file => Path.GetRelativePath(_folder, file), System.IO.File.ReadAllBytes);

    private sealed class Reports : IProgress<int>
    {
        public List<int> Values { get; } = [];

        public void Report(int value) => Values.Add(value);
    }
}
