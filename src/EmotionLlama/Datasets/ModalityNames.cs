using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Datasets;

/// <summary>The names of modalities in recipes.</summary>
public static class ModalityNames
{
    private static readonly Dictionary<string, Modalities> Names = new()
    {
        ["face"] = Modalities.Face,
        ["image"] = Modalities.Image,
        ["face_mae"] = Modalities.FaceMae,
        ["video"] = Modalities.VideoMae,
        ["voice"] = Modalities.Voice,
        ["words"] = Modalities.Words,
    };

    /// <summary>All names: <c>face image face_mae video voice words</c>.</summary>
    public static IReadOnlyCollection<string> All => Names.Keys;

    /// <summary>The modalities of several names together.</summary>
    /// <exception cref="InputException">A name is unknown.</exception>
    public static Modalities Parse(IEnumerable<string> names) =>
        names.Aggregate(Modalities.None, (sum, name) => sum | Parse(name));

    private static Modalities Parse(string name) =>
        Names.TryGetValue(name, out var modality)
            ? modality
            : throw new InputException(
                $"withhold: unknown modality '{name}'; did you mean '{Spelling.Nearest(name, Names.Keys)}'?"
                + $" The modalities are {string.Join(", ", Names.Keys)}");
}
