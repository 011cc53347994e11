using System.Text.Json;
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
    public void Annotation_lines_have_four_columns()
    {
        Write(Splits, encoder: null);

        foreach (var split in Splits)
        {
            var lines = System.IO.File.ReadAllLines(File(split.AnnotationName));
            Assert.Equal(split.Count, lines.Length);
            foreach (var (line, clip) in lines.Zip(split.Clips(42)))
            {
                var columns = line.Split(' ');
                Assert.Equal(
                    [clip.Name, $"{clip.FrameCount}", CaptionWriter.Label(clip.Emotion)], columns[..3]);
                Assert.InRange(double.Parse(columns[3]), -5, 5);
            }
        }
    }

    [Fact]
    public void All_splits_share_captions_and_transcripts()
    {
        Write(Splits, encoder: null);
        using var fine = JsonDocument.Parse(System.IO.File.ReadAllText(File("MERR_fine_grained.json")));
        using var coarse = JsonDocument.Parse(System.IO.File.ReadAllText(File("MERR_coarse_grained.json")));
        var transcript = System.IO.File.ReadAllLines(File("transcription_en_all.csv"));

        Assert.Equal(8, fine.RootElement.EnumerateObject().Count());
        Assert.Equal(8, coarse.RootElement.EnumerateObject().Count());
        Assert.Equal("name,sentence", transcript[0]);
        Assert.Equal(AllClips().Select(clip => $"{clip.Name},{clip.Line.Text}"), transcript[1..]);
        foreach (var clip in AllClips())
        {
            var record = fine.RootElement.GetProperty(clip.Name);
            Assert.Equal(CaptionWriter.FineGrained(clip), record.GetProperty("smp_reason_caption").GetString());
            Assert.Equal(CaptionWriter.Label(clip.Emotion), record.GetProperty("pseu_emotion").GetString());
            Assert.Equal(clip.Line.Text, record.GetProperty("text").GetString());
            Assert.Equal($"{clip.PeakFrame}", record.GetProperty("peak_index").GetString());
            Assert.Equal(JsonValueKind.String, record.GetProperty("audio_prior_list").ValueKind);
            Assert.Equal(
                WorldClipFactory.UnitsOf(clip.Cues.Face).Select(CaptionWriter.Code), Strings(record, "AU_list"));
            Assert.Subset(
                Strings(record, "peak_AU_list").ToHashSet(), Strings(record, "AU_list").ToHashSet());
            Assert.Equal(CaptionWriter.VisualPrior(clip), Strings(record, "visual_prior_list"));
            Assert.Equal(
                CaptionWriter.CoarseGrained(clip),
                coarse.RootElement.GetProperty(clip.Name).GetProperty("caption").GetString());
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
