using EmotionLlama.Checkpoints;

namespace EmotionLlama.Verification;

/// <summary>Training losses and gradients.</summary>
internal sealed class LossChecks : ICheckFamily
{
    private const double Tolerance = 1e-4;

    /// <inheritdoc/>
    public string Name => "losses";

    /// <inheritdoc/>
    public IEnumerable<ReferenceCheck> ChecksOf(ReferenceFolder folder)
    {
        using var samples = new Shared<ReferenceSamples>(() => ReferenceSamples.Read(folder));
        using var model = new Shared<ReferenceModel>(
            () => ReferenceModel.Build(folder, folder.Find(ReferenceFolder.FirstCheckpoint)));
        yield return new("losses_single", Tolerance, () =>
        {
            var expected = folder.Expected.LossesSingle;
            return expected.Count != samples.Value.Count
                ? Deviation.Incomparable($"{expected.Count} losses are given for {samples.Value.Count} samples")
                : Deviation.Worst(expected.Select(
                    (loss, i) => Compare.Absolute($"losses_single[{i}]", Loss([i]), loss)));
        });

        yield return new("grads", Tolerance, () => CompareGradients(folder, model.Value, samples.Value));

        var batches = folder.Expected.BatchLosses.DefaultIfEmpty(("loss_batch", [], double.NaN));
        foreach (var (name, indexes, loss) in batches)
        {
            yield return new(name, Tolerance, () => indexes.Length == 0
                ? Deviation.Incomparable("expected.json holds no loss_batch_… of a batch")
                : Compare.Absolute(name, Loss(indexes), loss));
        }

        double Loss(int[] indexes)
        {
            return model.Value.MeanLoss(samples.Value, indexes).item<float>();
        }
    }

    private static Deviation CompareGradients(
        ReferenceFolder folder, ReferenceModel reference, ReferenceSamples samples)
    {
        reference.AccumulateGradients(samples, folder.Expected.Batch);
        using var file = SafetensorsFile.Open(folder.Find("grads.safetensors"));
        var expected = PeftNames.Normalize(file);
        var parameters = reference.Model.TrainableParameters;
        var names = Compare.SameNames("gradients", parameters.Select(parameter => parameter.Name), expected.Names);
        return names.Error > 0
            ? names
            : Deviation.Worst(parameters.Select(parameter => parameter.Value.grad is { } gradient
                ? Compare.RelativeNorm(parameter.Name, gradient, expected.Read(parameter.Name))
                : Deviation.Incomparable($"{parameter.Name}: has no gradient")));
    }
}
