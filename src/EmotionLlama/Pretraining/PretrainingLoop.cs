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
        using var optimizer = new AdamW(trained, weightDecay: 0.01, beta2: 0.99);
        for (var step = 0; step < steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var value = loss(step);
            value.backward();
            using var norm = Gradients.Norm(trained);
            optimizer.Step(schedule.At(0, step), norm, maximum: 1);
            optimizer.ClearGradients();
            if (step % ReportEvery == 0 || step == steps - 1)
                report.Report($"{name}: step {step + 1} of {steps}, loss {value.item<float>():f4}");
        }

        trained.ForEach(weight => weight.Value.requires_grad_(false));
    }
}
