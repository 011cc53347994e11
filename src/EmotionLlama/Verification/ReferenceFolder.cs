using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using static TorchSharp.torch;

namespace EmotionLlama.Verification;

/// <summary>A folder of reference numbers.</summary>
internal sealed partial class ReferenceFolder
{
    /// <summary>The trained weights that the reference starts from.</summary>
    public const string FirstCheckpoint = "checkpoint_0.pth";

    private const string ExpectedName = "expected.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    // Enough to tell a reference folder from any other, even one that has lost most of its files.
    private static readonly string[] KnownNames =
    [
        ExpectedName, FirstCheckpoint, "tokenizer.model", "tokenizer_cases.json", "samples.json", "forward.safetensors",
        "grads.safetensors", "lr_schedule.json", "frame.png", "pickle_variety.pth", "llama", "hubert_io.safetensors",
    ];

    private static readonly string[] OtherNames =
    [
        "README.md", "llama_bin", "llama_config_full.json", "eva_vit.pth", "ln_vision.safetensors",
        "checkpoint_0_legacy_format.pth", "samples.safetensors", "caption_processor_cases.json",
        "frame_processed.safetensors", "pickle_hostile.pth", "hubert", "vitmae", "vitmae_io.safetensors", "videomae",
        "videomae_io.safetensors",
    ];

    private readonly Lazy<ExpectedNumbers> _expected;
    private Device? _device;

    private ReferenceFolder(string location)
    {
        Location = location;
        _expected = new Lazy<ExpectedNumbers>(() => ReadJson<ExpectedNumbers>(ExpectedName));
    }

    /// <summary>The folder's path.</summary>
    public string Location { get; }

    /// <summary>Where what the folder is compared with is computed.</summary>
    public Device Device { get => _device ?? CPU; set => _device = value; }

    /// <summary>The content of <c>expected.json</c>.</summary>
    public ExpectedNumbers Expected => _expected.Value;

    /// <summary>What the folder holds and no check looks at.</summary>
    public IReadOnlyList<string> NotCovered =>
    [
        .. Directory.EnumerateFileSystemEntries(Location).Select(path => Path.GetFileName(path)!)
            .Except(KnownNames).Except(OtherNames).Where(name => !CheckpointName().IsMatch(name))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The checkpoint at the end of the trajectory: of all <c>checkpoint_N.pth</c> the one with the largest N,
    /// above 0.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public string LastCheckpoint => Directory.EnumerateFiles(Location)
        .Select(path => (Path: path, Match: CheckpointName().Match(Path.GetFileName(path))))
        .Where(file => file.Match.Success)
        .Select(file => (file.Path, Epoch: int.Parse(file.Match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)))
        .Where(file => file.Epoch > 0)
        .OrderByDescending(file => file.Epoch)
        .FirstOrDefault().Path
        ?? throw new InputException($"{Location}: no checkpoint_N.pth of a trained model (with N above 0)");

    /// <summary>Opens a folder.</summary>
    /// <exception cref="InputException">There is no such folder, or it holds nothing of the layout.</exception>
    public static ReferenceFolder Open(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new InputException(File.Exists(path)
                ? $"{path}: is a file; give the folder of reference numbers"
                : $"{path}: no such folder; give a folder of reference numbers");
        }

        return KnownNames.Any(name => Path.Exists(Path.Combine(path, name)))
            ? new ReferenceFolder(path)
            : throw new InputException($"{path}: is no folder of reference numbers: it holds none of "
                + string.Join(", ", KnownNames));
    }

    /// <summary>The path of a file, or folder, that the layout names.</summary>
    /// <exception cref="InputException">It is missing.</exception>
    public string Find(string name)
    {
        var path = Path.Combine(Location, name);
        return Path.Exists(path)
            ? path
            : throw new InputException($"{path}: is missing, but the layout of a reference folder names it");
    }

    /// <summary>Reads a JSON file.</summary>
    /// <exception cref="InputException">It is missing or holds something else.</exception>
    public T ReadJson<T>(string name)
    {
        var path = Find(name);
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), Json)
                ?? throw new InputException($"{path}: holds null");
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}: not what the layout says: {e.Message.ReplaceLineEndings(" ")}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    [GeneratedRegex(@"^checkpoint_([0-9]{1,9})\.pth$")]
    private static partial Regex CheckpointName();
}
