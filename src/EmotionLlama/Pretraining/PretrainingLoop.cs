using EmotionLlama.Models;
using EmotionLlama.Training;
using static TorchSharp.torch;

namespace EmotionLlama.Pretraining;

/// <summary>The loop that all parts of the tiny model share: AdamW with a short warm-up and a cosine to a tenth of the
/// rate.</summary>
internal static class PretrainingLoop
{
    private const int WarmupSteps = 50;
    private const int ReportEvery = 50;

    /// <summary>Trains weights in place, and leaves them without gradients.</summary>
    /// <param name="name">What is trained, for the reports.</param>
    /// <param name="weights">Float32 tensors to train.</param>
    /// <param name="steps">Optimizer steps.</param>
    /// <param name="rate">The highest learning rate.</param>
    /// <param name="loss">The mean loss of a step.</param>
    /// <param name="report">Hears of the progress.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    public static void Run(
        string name,
        IEnumerable<NamedTensor> weights,
        int steps,
        double rate,
        Func<int, Tensor> loss,
        IProgress<string> report,
        CancellationToken cancellationToken)
    {
        var trained = weights.ToList();
        trained.ForEach(weight => weight.Value.requires_grad_());
        var schedule = new LearningRate
        {
            Initial = rate,
            Minimum = rate / 10,
            WarmupStart = rate / 100,
            WarmupSteps = WarmupSteps,
            Epochs = 1,
            IterationsPerEpoch = steps,
        };

        // The optimizer works on a copy that lies in one tensor.
        TrainedTensor[] copies = [.. trained.Select(
            weight => new TrainedTensor(weight.Value.detach().clone().DetachFromDisposeScope()))];
        using var flat = new FlatParameters(
            [.. trained.Zip(copies, (weight, copy) => new TrainedParameter(weight.Name, copy))], ScalarType.Float32, CPU);
        flat.PrepareGradients();
        using var optimizer = new AdamW(flat, weightDecay: 0.01, beta2: 0.99);
        for (var step = 0; step < steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var value = loss(step);
            value.backward();
            using (no_grad())
            {
                foreach (var (weight, copy) in trained.Zip(copies))
                {
                    copy.Add(weight.Value.grad!);
                    weight.Value.grad = null;
                }

                optimizer.Step(schedule.At(0, step), flat.CompleteGradients()!.norm(), maximum: 1);
                flat.ClearGradients();
                foreach (var (weight, copy) in trained.Zip(copies))
                    weight.Value.copy_(copy.Parts[0]);
            }

            if (step % ReportEvery == 0 || step == steps - 1)
                report.Report($"{name}: step {step + 1} of {steps}, loss {value.item<float>():f4}");
        }

        trained.ForEach(weight => weight.Value.requires_grad_(false));
        foreach (var copy in copies)
            copy.Dispose();
    }
}
