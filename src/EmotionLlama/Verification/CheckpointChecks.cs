using EmotionLlama.Checkpoints;

namespace EmotionLlama.Verification;

/// <summary>The checkpoint before training: that a model takes all of it, under old and new names, and that the older
/// file format holds the same.</summary>
internal sealed class CheckpointChecks : ICheckFamily
{
    private const string LegacyFile = "checkpoint_0_legacy_format.pth";

    /// <summary>A head that the original declares and never uses.</summary>
    private const string UnusedPrefix = "attention.";

    /// <inheritdoc/>
    public string Name => "checkpoint_0";

    /// <inheritdoc/>
    public IEnumerable<ReferenceCheck> ChecksOf(ReferenceFolder folder)
    {
        yield return new("checkpoint_0", 0, () => Load(folder, name => name));
        yield return new("checkpoint_0_new_peft_names", 0, () => Load(folder, NewPeftName));
        yield return new("checkpoint_0_legacy_format", 0, () => CompareFormats(folder));
    }

    private static Deviation Load(ReferenceFolder folder, Func<string, string> rename)
    {
        using var checkpoint = TorchCheckpoint.Open(folder.Find(ReferenceFolder.FirstCheckpoint));
        using var reference = ReferenceModel.Build(folder, new RenamedWeights(checkpoint, rename));
        var parameters = reference.Model.TrainableParameters;
        var names = Compare.SameNames(
            ReferenceFolder.FirstCheckpoint,
            checkpoint.Names.Where(name => !name.StartsWith(UnusedPrefix, StringComparison.Ordinal))
                .Select(PeftNames.Normalize),
            parameters.Select(parameter => parameter.Name));
        if (names.Error > 0)
            return names;

        var stored = PeftNames.Normalize(checkpoint);
        return Deviation.Worst(parameters.Select(
            parameter => Compare.Absolute(parameter.Name, parameter.Value, stored.Read(parameter.Name))));
    }

    private static string NewPeftName(string name) => PeftNames.Normalize(name)
        .Replace(".lora_A.", ".lora_A.default.", StringComparison.Ordinal)
        .Replace(".lora_B.", ".lora_B.default.", StringComparison.Ordinal);

    private static Deviation CompareFormats(ReferenceFolder folder)
    {
        using var legacy = TorchCheckpoint.Open(folder.Find(LegacyFile));
        using var zip = TorchCheckpoint.Open(folder.Find(ReferenceFolder.FirstCheckpoint));
        var names = Compare.SameNames(LegacyFile, legacy.Names, zip.Names);
        return names.Error > 0
            ? names
            : Deviation.Worst(zip.Names.Select(name => Compare.Same(name, legacy.Read(name), zip.Read(name))));
    }
}
