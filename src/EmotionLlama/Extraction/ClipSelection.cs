using EmotionLlama.Datasets;
using EmotionLlama.Media.Clips;

namespace EmotionLlama.Extraction;

/// <summary>Which clips a person means.</summary>
public static class ClipSelection
{
    /// <summary>Finds clips.</summary>
    /// <param name="places">Folders of clips, and clips.</param>
    /// <param name="names">A file that begins each line with a name, such as an annotation file: only these, in its
    /// order. Those that no folder has are given too, so that they are missed by name. Null takes all.</param>
    /// <exception cref="InputException">A place is missing, has no clip, or two clips have one name.</exception>
    public static IReadOnlyList<NamedClip> Find(IReadOnlyList<string> places, string? names)
    {
        ArgumentNullException.ThrowIfNull(places);
        List<NamedClip> clips = [];
        foreach (var place in places)
        {
            if (!Directory.Exists(place) && !File.Exists(place))
                throw new InputException($"{place}: no such folder or clip");

            clips.AddRange(Directory.Exists(place)
                ? ClipFolder.List(place)
                : [new NamedClip(Path.GetFileNameWithoutExtension(place), place)]);
        }

        ClipFolder.CheckNames(clips);
        if (names is null)
        {
            return clips.Count > 0
                ? clips
                : throw new InputException($"{string.Join(", ", places)}: no clip there "
                    + $"({string.Join(", ", ClipFolder.Extensions)})");
        }

        var byName = clips.ToDictionary(clip => clip.Name);
        return
        [
            .. ClipNames.Read(names).Select(name => byName.GetValueOrDefault(name)
                ?? new NamedClip(name, Path.Combine(places[0], name + ClipFolder.Extensions[0]))),
        ];
    }
}
