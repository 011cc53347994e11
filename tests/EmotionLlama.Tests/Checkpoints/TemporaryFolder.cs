namespace EmotionLlama.Tests.Checkpoints;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("emotion-llama-");

    public string Path => _folder.FullName;

    public string this[string file] => System.IO.Path.Combine(_folder.FullName, file);

    public string Write(string file, byte[] bytes)
    {
        File.WriteAllBytes(this[file], bytes);
        return this[file];
    }

    public string Write(string file, string text)
    {
        File.WriteAllText(this[file], text);
        return this[file];
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
