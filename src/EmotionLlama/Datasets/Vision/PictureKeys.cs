using System.Collections.Concurrent;

namespace EmotionLlama.Datasets.Vision;

/// <summary>The keys of picture files. A file is read once, and again only when its size or the time of its last change
/// differs. May be asked from several threads.</summary>
internal sealed class PictureKeys
{
    private readonly ConcurrentDictionary<(string Path, string Frame), (long Length, DateTime Changed, PictureKey Key)>
        _known = new();

    /// <summary>The key of a file as it is now.</summary>
    /// <param name="path">The picture or clip.</param>
    /// <param name="frame">Which frame of a clip.</param>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public PictureKey Of(string path, string frame = "")
    {
        var file = new FileInfo(path);
        var (length, changed) = file.Exists ? (file.Length, file.LastWriteTimeUtc) : (-1, default);
        if (_known.TryGetValue((path, frame), out var known) && known.Length == length && known.Changed == changed)
            return known.Key;

        var key = PictureKey.Of(path, frame);
        _known[(path, frame)] = (length, changed, key);
        return key;
    }
}
