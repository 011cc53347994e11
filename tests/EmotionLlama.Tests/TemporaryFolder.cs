namespace EmotionLlama.Tests;

/// <summary>A folder of one test, removed when it ends.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    /// <summary>Where the folder lies.</summary>
    public string Location { get; } = Directory.CreateTempSubdirectory("emotion-llama-").FullName;

    /// <summary>A path inside the folder.</summary>
    public string this[string name] => Path.Combine(Location, name);

    /// <summary>Writes a file into the folder and returns its path.</summary>
    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Location, recursive: true);
}
