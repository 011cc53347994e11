using System.Text.Json;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Extraction;

/// <summary>What each folder of an extraction was made with. It lies beside them, so that an extraction goes on only
/// with files that it would make itself.</summary>
internal sealed class ExtractionSettings
{
    /// <summary>The file's name.</summary>
    public const string FileName = "extraction.json";

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    private readonly ExtractionOutput _output;
    private readonly string _path;
    private readonly Dictionary<string, string> _wanted;
    private readonly Dictionary<string, string> _recorded;

    /// <summary>Finds out what a request makes files with, and what those that are there were made with.</summary>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public ExtractionSettings(ExtractionOutput output, FeaturesRecipe features, ScalarType dtype)
    {
        _output = output;
        _path = Path.Combine(output.Location, FileName);
        _wanted = Describe(output.Parts, features, dtype);
        _recorded = Read(_path);
    }

    /// <summary>Refuses an output folder that has files of other settings.</summary>
    /// <param name="overwrite">Whether those of an earlier extraction may go.</param>
    /// <exception cref="InputException">There are such files.</exception>
    public void Check(bool overwrite)
    {
        foreach (var (part, folder) in Wanted())
        {
            if (!_recorded.TryGetValue(folder, out var before))
            {
                if (_output.FilesOf(part).Any())
                {
                    throw new InputException($"{Path.Combine(_output.Location, folder)}: holds files that extract did "
                        + "not make; name another --output");
                }
            }
            else if (before != _wanted[folder] && !overwrite)
            {
                throw new InputException($"{_path}: '{folder}' was made with {before}; now it would be "
                    + $"{_wanted[folder]}: name another --output, or make it anew with --overwrite");
            }
        }
    }

    /// <summary>Writes the settings down, before anything is made with them. To overwrite, what is to be made anew is
    /// removed first: all of a folder whose settings change, and else what the clips have in it.</summary>
    /// <param name="overwrite">The clips to make anew; none to go on.</param>
    public void Apply(IReadOnlyCollection<string> overwrite)
    {
        if (overwrite.Count > 0)
        {
            foreach (var (part, folder) in Wanted())
            {
                var changed = _recorded.TryGetValue(folder, out var before) && before != _wanted[folder];
                foreach (var file in changed
                    ? _output.FilesOf(part)
                    : overwrite.Select(name => _output.FileOf(part, name)).Where(File.Exists))
                {
                    File.Delete(file);
                }
            }
        }

        var all = new SortedDictionary<string, string>(_recorded, StringComparer.Ordinal);
        foreach (var (folder, settings) in _wanted)
            all[folder] = settings;

        AtomicFile.WriteText(_path, JsonSerializer.Serialize(all, Json) + "\n");
    }

    private static Dictionary<string, string> Describe(Modalities parts, FeaturesRecipe features, ScalarType dtype)
    {
        var faces = features.OpenfacePath is null ? "whole frames" : "OpenFace's faces";
        var precision = dtype.ToString().ToLowerInvariant();
        var known = new Dictionary<Modalities, string>
        {
            [Modalities.Image] = $"frame {features.Frame.ToLowerInvariant()}",
        };
        if (features.FaceMae is { } face)
            known[Modalities.FaceMae] = $"encoder {FileFingerprint.OfModel(face)}, {faces}, {precision}";
        if (features.VideoMae is { } video)
            known[Modalities.VideoMae] = $"encoder {FileFingerprint.OfModel(video)}, {faces}, {precision}";
        if (features.Hubert is { } hubert)
        {
            known[Modalities.Voice] = $"encoder {FileFingerprint.OfModel(hubert)}, {precision}"
                + (features.AllowSilent ? ", zeros for clips without sound" : "");
        }

        return ExtractionOutput.Folders.Where(part => parts.HasFlag(part.Part))
            .ToDictionary(part => part.Folder, part => known[part.Part]);
    }

    private static Dictionary<string, string> Read(string path)
    {
        try
        {
            return File.Exists(path)
                ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllBytes(path)) ?? []
                : [];
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}: damaged; name another --output, or remove the file and the folders "
                + "beside it", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private IEnumerable<(Modalities Part, string Folder)> Wanted() =>
        ExtractionOutput.Folders.Where(part => _wanted.ContainsKey(part.Folder));
}
