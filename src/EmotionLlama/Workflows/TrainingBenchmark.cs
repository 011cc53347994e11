using System.Diagnostics;
using EmotionLlama.Configuration;
using EmotionLlama.Distributed;
using EmotionLlama.Models;
using EmotionLlama.Monitoring;
using EmotionLlama.Pretraining;
using EmotionLlama.Runtime;
using EmotionLlama.Training;
using static TorchSharp.torch;

namespace EmotionLlama.Workflows;

/// <summary>Measures how fast stage 2 trains on this machine: the real trainer on a model of full size with random
/// weights and made-up samples, so that no file is needed.</summary>
public static class TrainingBenchmark
{
    private const int ExchangesAlone = 15;
    private const long Seed = 42;

    /// <summary>Measures.</summary>
    /// <param name="options">What to measure.</param>
    /// <param name="ranks">The processes that train together, each on samples of its own; null where there is one.</param>
    /// <param name="cancellation">Stops after the step under way.</param>
    /// <exception cref="InputException">There is no such device.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="RankFailureException">Another rank has failed.</exception>
    public static TrainingTiming Measure(
        TrainingBenchmarkOptions options, IProcessGroup? ranks = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ranks ??= new SingleProcess();
        var device = ComputeDevice.Choose(options.Device);
        var dtype = ComputeDevice.Precision(options.Precision, device);
        ComputeDevice.CheckFrozen(options.Frozen, device, dtype);
        if (options.Threads is { } threads)
            set_num_threads(threads);

        // Every process begins with the same weights, so that losses of ranks and of runs can be compared.
        random.manual_seed(Seed);
        using var model = Build(options, device, dtype);
        var recipe = RecipeOf(options);
        var data = new MadeUpBatches(model, options, options.Preset.ImageSize, ranks);
        var clock = Train(model, recipe, data, ranks, cancellation);
        var seconds = clock.Measured(options);
        var tokens = (long)options.Batch * options.Tokens;
        return new TrainingTiming
        {
            Options = options,
            StepSeconds = clock.Median(options),
            FastestSeconds = seconds[0],
            SlowestSeconds = seconds[^1],
            Loss = clock.Losses[^1],
            Losses = clock.Losses,
            Exchange = ranks.Size == 1
                ? null
                : MeasureExchange(model, options, data, ranks, clock, cancellation),
            FlopsPerStep = 4.0 * tokens * options.Preset.Llama.LayerMatrixWeights,
            BytesInUse = GpuMemory.InUse(device),
            BytesEstimated = MemoryEstimate.Of(
                options.Preset.Llama,
                FrozenWeights(model),
                model.TrainableParameters.Sum(parameter => parameter.Value.numel()),
                tokens,
                (long)options.Batch * options.AnswerTokens,
                dtype == ScalarType.Float32 ? 4 : 2,
                recipe.Model,
                device.type == TorchSharp.DeviceType.CUDA).TotalBytes,
        };
    }

    private static Recipe RecipeOf(TrainingBenchmarkOptions options) => new()
    {
        Model = new ModelRecipe { UseGradCheckpoint = options.Checkpoint, FrozenWeights = options.Frozen },

        // The end of the run waits for its last step, which would count as none.
        Run = new RunRecipe
        {
            MaxEpoch = 1,
            ItersPerEpoch = options.WarmUp + options.Steps + 1,
            InitLr = options.LearningRate,

            // One rate throughout, so that the losses of runs of different lengths can be compared step by step.
            MinLr = options.LearningRate,
            Amp = options.Precision,
        },
    };

    private static StepClock Train(
        EmotionLlamaModel model, Recipe recipe, MadeUpBatches data, IProcessGroup ranks, CancellationToken cancellation)
    {
        using var trainer = new Trainer(model, recipe, data, store: null, ranks);
        var clock = new StepClock();
        trainer.Run(clock, cancellation);
        clock.ExchangedBesideBackward = trainer.ExchangesBesideBackward;
        return clock;
    }

    /// <summary>Trains again without handing on gradients, and exchanges without any training.</summary>
    private static ExchangeTiming MeasureExchange(
        EmotionLlamaModel model,
        TrainingBenchmarkOptions options,
        MadeUpBatches data,
        IProcessGroup ranks,
        StepClock together,
        CancellationToken cancellation)
    {
        using var inStep = new RanksInStep(ranks);
        var without = Train(model, RecipeOf(options), data, inStep, cancellation).Median(options);
        var gradients = model.Trained.CompleteGradients()!;
        return new ExchangeTiming
        {
            Ranks = ranks.Size,
            Carrier = ranks.Name,
            Bytes = gradients.numel() * sizeof(float),
            AloneSeconds = TimedSums.Measure(ranks, gradients, ExchangesAlone)[ExchangesAlone / 2],
            BesideBackward = together.ExchangedBesideBackward,
            StepSeconds = together.Median(options),
            StepWithoutSeconds = without,
        };
    }

    /// <summary>Number of frozen weights; of the tower, only what is loaded.</summary>
    private static long FrozenWeights(EmotionLlamaModel model)
    {
        var llama = model.Llama.Config;
        var outside = (llama.TiedHead ? 1L : 2) * llama.VocabularySize * llama.HiddenSize;
        return llama.LayerMatrixWeights + outside + model.Vision.Weights.Sum(weight => weight.Value.numel());
    }

    private static EmotionLlamaModel Build(TrainingBenchmarkOptions options, Device device, ScalarType dtype)
    {
        WeightReader Reader(IEnumerable<(string Name, long[] Shape)> tensors) =>
            new(new DrawnWeights(tensors, device, dtype), device, dtype);

        var preset = options.Preset;
        var vision = options.EncodesImages ? preset : preset with { VisionBlocks = 0 };
        var tower = new EvaVisionTransformer(Reader(ModelTensors.Vision(vision)), preset.ImageSize);
        var llama = new Llama(
            preset.Llama,
            Reader(ModelTensors.Llama(preset)),
            new LoraSettings { Rank = preset.LoraRank, Dropout = options.Dropout },
            options.Frozen);
        return new EmotionLlamaModel(llama, tower, visionNorm: null);
    }

    private sealed class StepClock : ITrainingObserver
    {
        private readonly List<double> _seconds = [];
        private readonly List<double> _losses = [];
        private long _last = Stopwatch.GetTimestamp();

        public IReadOnlyList<double> Losses => _losses;

        public bool ExchangedBesideBackward { get; set; }

        /// <summary>Seconds of the measured steps, the fastest first.</summary>
        public double[] Measured(TrainingBenchmarkOptions options) =>
            [.. _seconds.Skip(options.WarmUp).Take(options.Steps).Order()];

        public double Median(TrainingBenchmarkOptions options) => Measured(options)[options.Steps / 2];

        public void OnStep(StepMetrics metrics)
        {
            var now = Stopwatch.GetTimestamp();
            _seconds.Add(Stopwatch.GetElapsedTime(_last, now).TotalSeconds);
            _last = now;
            _losses.Add(metrics.Loss);
        }
    }
}
