using System.Text.Json;

namespace EmotionLlama.Tests.Cli;

/// <summary>One real quickstart of the smallest size, for all tests that look at its results.</summary>
public sealed class QuickstartRun : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    internal CliRun Result { get; private set; } = new(-1, "", "");

    public string Folder => _folder["quickstart"];

    /// <summary>The summary it wrote.</summary>
    public JsonElement Summary => JsonDocument.Parse(File.ReadAllText(PathOf("summary.json"))).RootElement;

    /// <summary>A file of its output folder.</summary>
    public string PathOf(string name) => Path.Combine(Folder, name);

    public async ValueTask InitializeAsync() =>
        Result = await CliRun.Of("quickstart", "--clips", "36", "--output", Folder);

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
