using EmotionLlama.Datasets;
using EmotionLlama.Media;

namespace EmotionLlama.Tests.Datasets;

/// <summary>Clips that lack frame or features get them of their own file, where an extractor is given.</summary>
public sealed class RawClipTests : IDisposable
{
    private readonly MerrFolder _folder = new("happy", "sad");
    private readonly FakeExtractor _extractor = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Only_what_has_no_file_is_made()
    {
        File.WriteAllText(_folder.PathOf("frames", "clip_1.mp4"), "a clip");
        File.Delete(_folder.PathOf("HL-UTT", "clip_1.npy"));
        File.Delete(_folder.PathOf("frames", "clip_1.png"));
        var dataset = Open();

        using var whole = dataset.Read(0, drawSeed: 0, SampleUse.Testing);
        using var made = dataset.Read(1, drawSeed: 0, SampleUse.Testing);

        Assert.Equal([(_folder.PathOf("frames", "clip_1.mp4"), Modalities.Image | Modalities.Voice)], _extractor.Asked);
        Assert.Equal([1, 101, 201], Rows(whole));
        Assert.Equal([2, 102, 7], Rows(made));
        Assert.Equal(1, new ImageProcessor(MerrFolder.ImageSize).Process(FakeExtractor.Frame)
            .allclose(made.Image) ? 1 : 0);
    }

    [Fact]
    public void The_folders_of_features_may_be_missing_altogether()
    {
        foreach (var folder in MerrFolder.FeatureFolders)
            Directory.Delete(_folder.PathOf(folder), recursive: true);
        File.WriteAllText(_folder.PathOf("frames", "clip_0.avi"), "a clip");

        using var made = Open().Read(0, drawSeed: 0, SampleUse.Testing);

        Assert.Equal([5, 6, 7], Rows(made));
        Assert.Throws<InputException>(
            () => MerrDataset.Open("faces", _folder.Recipe, MerrFolder.ImageSize));
    }

    [Fact]
    public void What_is_withheld_is_not_made()
    {
        File.WriteAllText(_folder.PathOf("frames", "clip_0.mp4"), "a clip");
        File.Delete(_folder.PathOf("HL-UTT", "clip_0.npy"));

        using var sample = Open("voice").Read(0, drawSeed: 0, SampleUse.Testing);

        Assert.Empty(_extractor.Asked);
        Assert.Equal([1, 101, 0], Rows(sample));
    }

    [Fact]
    public void The_report_says_which_clips_are_made_when_they_are_read_and_which_cannot_be()
    {
        File.WriteAllText(_folder.PathOf("frames", "clip_0.mp4"), "a clip");
        File.WriteAllText(_folder.PathOf("frames", "clip_1.mp4"), "");
        File.Delete(_folder.PathOf("HL-UTT", "clip_0.npy"));
        File.Delete(_folder.PathOf("HL-UTT", "clip_1.npy"));

        var report = DataReportBuilder.Build(
            Open(), text => text.Length, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(["clip_0", "clip_1"], report.MadeWhenRead);
        var problem = Assert.Single(report.FileProblems);
        Assert.Equal("clip_1", problem.Clip);
        Assert.Contains("the clip is empty (0 bytes)", problem.Problem, StringComparison.Ordinal);
        Assert.Contains("'emotion-llama extract' makes it once", report.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_key_of_a_made_picture_follows_the_clip_and_the_choice_of_frame()
    {
        File.WriteAllText(_folder.PathOf("frames", "clip_0.mp4"), "a clip");
        var media = Open().Media;
        var ofFile = media.KeyOf("clip_0");
        File.Delete(_folder.PathOf("frames", "clip_0.png"));
        var ofClip = media.KeyOf("clip_0");
        _extractor.Choice = "middle";

        Assert.Equal(3, new[] { ofFile, ofClip, media.KeyOf("clip_0") }.Distinct().Count());
    }

    private static float[] Rows(ClipSample sample) => [.. Enumerable.Range(0, 3).Select(row =>
        sample.Features[row, 0].item<float>())];

    private MerrDataset Open(params string[] withhold) => MerrDataset.Open(
        "faces", _folder.Recipe with { Withhold = withhold }, MerrFolder.ImageSize, _extractor);

    private sealed class FakeExtractor : IClipExtractor
    {
        public static RgbImage Frame { get; } = RgbImage.Blank(3, 3);

        public List<(string, Modalities)> Asked { get; } = [];

        public string Choice { get; set; } = "first";

        public Modalities Parts => Modalities.Face | Modalities.Voice;

        public string DescribeFrame(string path) => Choice;

        public ExtractedClip Extract(string path, Modalities parts, CancellationToken cancellation = default)
        {
            Asked.Add((path, parts));
            return new ExtractedClip
            {
                Frame = parts.HasFlag(Modalities.Image) ? Frame : null,
                FaceMae = Feature(Modalities.FaceMae, 5),
                VideoMae = Feature(Modalities.VideoMae, 6),
                Voice = Feature(Modalities.Voice, 7),
            };

            float[]? Feature(Modalities part, float value) =>
                parts.HasFlag(part) ? [.. Enumerable.Repeat(value, ExtractedClip.FeatureSize)] : null;
        }
    }
}
