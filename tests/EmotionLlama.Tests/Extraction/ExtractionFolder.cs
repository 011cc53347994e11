using EmotionLlama.Tests.Cli;
using EmotionLlama.Tests.Media.Clips;

namespace EmotionLlama.Tests.Extraction;

/// <summary>A folder of clips, and what <c>extract</c> makes of them.</summary>
internal sealed class ExtractionFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ToyEncoders _encoders;

    public ExtractionFolder(ToyEncoders encoders)
    {
        _encoders = encoders;
        Directory.CreateDirectory(Clips);
    }

    public string Clips => _folder["clips"];

    public string Output => _folder["data"];

    /// <summary>A path in the folder.</summary>
    public string this[string name] => _folder[name];

    /// <summary>The folders of the original layout, with what their files' names end in.</summary>
    public static IReadOnlyList<(string Folder, string Extension)> Layout { get; } =
        [("frames", ".png"), ("HL-UTT", ".npy"), ("mae_340_UTT", ".npy"), ("maeV_399_UTT", ".npy")];

    /// <summary>Adds clips of grey frames and a tone, each a little longer than the one before.</summary>
    public void AddClips(int count)
    {
        for (var clip = 0; clip < count; clip++)
            SampleClips.Counting(Path.Combine(Clips, $"clip_{clip}.mp4"), 4 + clip);
    }

    /// <summary>Runs <c>extract</c> on the clips, with the toy encoders and further arguments.</summary>
    public Task<CliRun> ExtractAsync(params string[] arguments) => CliRun.Of(
        ["extract", Clips, "--output", Output, "--device", "cpu", "--json", .. _encoders.Options, .. arguments]);

    /// <summary>The files of one clip that are there, of the four.</summary>
    public IReadOnlyList<string> FilesOf(string clip, string? output = null) =>
    [
        .. Layout.Select(part => Path.Combine(output ?? Output, part.Folder, clip + part.Extension)).Where(File.Exists),
    ];

    /// <summary>All files of an output folder with their bytes, as text that can be compared.</summary>
    public static IReadOnlyDictionary<string, string> ContentOf(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToDictionary(
            file => Path.GetRelativePath(folder, file), file => Convert.ToBase64String(File.ReadAllBytes(file)));

    public void Dispose() => _folder.Dispose();
}
