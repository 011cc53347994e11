namespace EmotionLlama.Tests.Media.Clips;

/// <summary>One undamaged clip for many tests: 30 frames and a tone.</summary>
public sealed class WholeClip : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The clip, or a skipped test.</summary>
    public string Path
    {
        get
        {
            lock (_folder)
            {
                var path = _folder["whole.mp4"];
                return File.Exists(path) ? path : SampleClips.Counting(path, 30);
            }
        }
    }

    public void Dispose() => _folder.Dispose();
}
