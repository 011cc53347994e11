using EmotionLlama.Configuration;
using EmotionLlama.Models;
using EmotionLlama.Monitoring;
using EmotionLlama.Tests.Models;
using EmotionLlama.Training;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Training;

/// <summary>A tiny model with its trainer, which learns the same few micro-batches again and again.</summary>
internal sealed class TinyRun : IDisposable
{
    public TinyRun(
        RunRecipe run,
        int[][] batches,
        LoraSettings? lora = null,
        GradCheckpoint checkpoint = GradCheckpoint.None,
        ScalarType dtype = ScalarType.Float32,
        CheckpointStore? store = null)
    {
        Model = TinyModels.Create(lora, dtype);
        Trainer = new Trainer(
            Model,
            new Recipe { Model = new ModelRecipe { UseGradCheckpoint = checkpoint }, Run = run },
            new Batches(Model, batches),
            store);
    }

    public EmotionLlamaModel Model { get; }

    public Trainer Trainer { get; }

    /// <summary>All numbers that a run changes: weights and moments, one behind the other.</summary>
    public float[] State =>
    [
        .. Trainer.Parameters.SelectMany(parameter => parameter.Value.detach().flatten().data<float>()),
        .. Trainer.Optimizer.States.SelectMany(state => state.FirstMoment.flatten().data<float>()),
        .. Trainer.Optimizer.States.SelectMany(state => state.SecondMoment.flatten().data<float>()),
    ];

    /// <summary>Trains to the end, or until a step of this run has been taken.</summary>
    /// <param name="steps">The step of this run to stop after, counted from 1; null goes to the end.</param>
    public Recorder Run(int? steps = null)
    {
        using var stop = new CancellationTokenSource();
        var recorder = new Recorder(count =>
        {
            if (count == steps)
                stop.Cancel();
        });
        if (steps is null)
            Trainer.Run(recorder, stop.Token);
        else
            Assert.Throws<OperationCanceledException>(() => Trainer.Run(recorder, stop.Token));

        return recorder;
    }

    /// <summary>The gradients of all weights for some micro-batches, as one vector; they are forgotten again.</summary>
    /// <param name="rows">The clips of each micro-batch.</param>
    public (double Loss, Tensor Gradient) Gradient(params int[][] rows)
    {
        PackedBatch[] packed = [.. rows.Select(row => TinyModels.Pack(Model, row))];
        try
        {
            var loss = Trainer.AccumulateGradients(packed);
            return (loss, TakeGradient());
        }
        finally
        {
            foreach (var row in packed)
                row.Dispose();
        }
    }

    /// <summary>The gradients that the weights have now, as one vector; they are forgotten.</summary>
    public Tensor TakeGradient()
    {
        using var scope = NewDisposeScope();
        var gradient = cat([.. Trainer.Parameters.Select(parameter => parameter.Value.grad!.flatten())]);
        Model.Trained.ClearGradients();
        return gradient.MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        Trainer.Dispose();
        Model.Dispose();
    }

    private sealed class Batches(EmotionLlamaModel model, int[][] batches) : ITrainingData
    {
        public int BatchesPerPass => batches.Length;

        public IEnumerable<PackedBatch> Read(long first, CancellationToken cancellationToken)
        {
            for (var i = first; ; i++)
                yield return TinyModels.Pack(model, batches[i % batches.Length]);
        }
    }

    /// <summary>Keeps what it hears.</summary>
    internal sealed class Recorder(Action<int>? onStep = null) : ITrainingObserver
    {
        public List<StepMetrics> Steps { get; } = [];

        public List<string> Checkpoints { get; } = [];

        public IEnumerable<double> Losses => Steps.Select(step => step.Loss);

        public void OnStep(StepMetrics metrics)
        {
            Steps.Add(metrics);
            onStep?.Invoke(Steps.Count);
        }

        public void OnCheckpoint(string path) => Checkpoints.Add(Path.GetFileName(path));
    }
}
