using EmotionLlama.Training;

namespace EmotionLlama.Verification;

/// <summary>The learning rates of whole runs.</summary>
internal sealed class LearningRateChecks : ICheckFamily
{
    private const double Tolerance = 1e-12;

    /// <inheritdoc/>
    public string Name => "lr_schedule";

    /// <inheritdoc/>
    public IEnumerable<ReferenceCheck> ChecksOf(ReferenceFolder folder)
    {
        foreach (var (name, run) in folder.ReadJson<Dictionary<string, Run>>("lr_schedule.json"))
            yield return new($"lr_schedule_{name}", Tolerance, () => CompareRates(name, run));
    }

    private static Deviation CompareRates(string name, Run run)
    {
        var schedule = new LearningRate
        {
            Initial = run.Args.InitLr,
            Minimum = run.Args.MinLr,
            WarmupStart = run.Args.WarmupStartLr,
            WarmupSteps = run.Args.WarmupSteps,
            Epochs = run.Args.MaxEpoch,
            IterationsPerEpoch = run.Args.ItersPerEpoch,
        };
        return run.Lr.Count == 0
            ? Deviation.Incomparable($"{name}: holds no rates")
            : Deviation.Worst(run.Lr.Select(point =>
            {
                var (epoch, iteration, rate) = ((int)point[0], (int)point[1], point[2]);
                return Compare.Relative(
                    $"{name}, epoch {epoch}, iteration {iteration}", schedule.At(epoch, iteration), rate);
            }));
    }

    private sealed record Run
    {
        public required Settings Args { get; init; }

        /// <summary>Epoch, iteration in it, rate.</summary>
        public required IReadOnlyList<double[]> Lr { get; init; }
    }

    private sealed record Settings
    {
        public required int MaxEpoch { get; init; }

        public required int ItersPerEpoch { get; init; }

        public required double MinLr { get; init; }

        public required double InitLr { get; init; }

        public required int WarmupSteps { get; init; }

        public required double WarmupStartLr { get; init; }
    }
}
