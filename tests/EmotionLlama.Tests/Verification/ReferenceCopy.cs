using System.Text.Json.Nodes;
using EmotionLlama.Checkpoints;
using EmotionLlama.Verification;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Verification;

/// <summary>A copy of a reference folder, to change numbers in.</summary>
internal sealed class ReferenceCopy : IDisposable
{
    /// <summary>The part of the reference that lies in this repository.</summary>
    public static string Committed { get; } =
        Path.Combine(SharedData.Repository, "tests", "EmotionLlama.Tests", "Fixtures", "parity");

    /// <summary>The checks that need what the repository does not hold.</summary>
    public static readonly IReadOnlyList<string> LeftOut =
    [
        "llama_bin", "checkpoint_0_legacy_format", "grads", "checkpoint_2_optimizer_steps",
        "checkpoint_2_first_moments", "checkpoint_2_second_moments",
    ];

    private readonly TemporaryFolder _folder = new();

    public ReferenceCopy(string source)
    {
        foreach (var path in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(Location, Path.GetRelativePath(source, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.WriteAllBytes(copy, File.ReadAllBytes(path));
        }
    }

    public string Location => _folder.Location;

    public string this[string name] => _folder[name];

    /// <summary>The names of the checks that fail.</summary>
    public IReadOnlyList<string> Failures() => Failures(Location);

    /// <summary>The names of the checks of a folder that fail.</summary>
    public static IReadOnlyList<string> Failures(string folder) =>
        [.. Verify(folder).Checks.Where(check => !check.Passed).Select(check => check.Name)];

    /// <summary>Runs all checks of a folder, or those of some families.</summary>
    public static VerificationReport Verify(string folder, params ICheckFamily[] families)
    {
        var verifier = ReferenceVerifier.Open(folder);
        var cancellation = TestContext.Current.CancellationToken;
        return families.Length == 0
            ? verifier.Run(cancellation: cancellation)
            : verifier.Run(families, cancellation: cancellation);
    }

    /// <summary>Changes a JSON file.</summary>
    public void ChangeJson(string name, Action<JsonNode> change)
    {
        var root = JsonNode.Parse(File.ReadAllBytes(this[name]))!;
        change(root);
        File.WriteAllText(this[name], root.ToJsonString());
    }

    /// <summary>Adds something to one value of a tensor in a safetensors file.</summary>
    public void ChangeSafetensors(string name, string tensor, double by)
    {
        using var scope = NewDisposeScope();
        using var stored = ReadAll(name);
        Change(stored.Single(pair => pair.Key == tensor).Value, by);
        SafetensorsWriter.Write(this[name], stored);
    }

    /// <summary>Adds something to one value of a tensor in a file of PyTorch that holds nothing but tensors.</summary>
    public void ChangeTorch(string name, string tensor, double by)
    {
        using var scope = NewDisposeScope();
        using var stored = ReadAll(name);
        Change(stored.Single(pair => pair.Key == tensor).Value, by);
        TorchCheckpointWriter.Save(this[name], stored.ToDictionary());
    }

    public void Dispose() => _folder.Dispose();

    private InMemoryWeights ReadAll(string name)
    {
        using var source = WeightSources.Open(this[name]);
        return InMemoryWeights.ReadAll(source);
    }

    private static void Change(Tensor tensor, double by)
    {
        using var value = tensor.view(-1).narrow(0, 1, 1);
        if (tensor.is_floating_point())
            value.add_(by);
        else
            value.add_((long)by);
    }
}
