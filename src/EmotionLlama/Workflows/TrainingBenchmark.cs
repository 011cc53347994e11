using System.Diagnostics;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Distributed;
using EmotionLlama.Models;
using EmotionLlama.Monitoring;
using EmotionLlama.Pretraining;
using EmotionLlama.Runtime;
using EmotionLlama.Tokenization;
using EmotionLlama.Training;
using static TorchSharp.torch;

namespace EmotionLlama.Workflows;

/// <summary>Measures how fast stage 2 trains on this machine: the real trainer on a model of full size with random
/// weights and made-up samples, so that no file is needed.</summary>
public static class TrainingBenchmark
{
    private const int ImageSize = 448;
    private const int WarmUpSteps = 3;
    private const int ExchangesAlone = 15;
    private const int Seed = 1;

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

        // The same weights on every rank, and in runs whose losses are compared.
        random.manual_seed(Seed);
        using var model = Build(options, device, dtype);
        var clock = Train(model, options, ranks, ranks, cancellation);
        var seconds = clock.Measured(options.Steps);
        var tokens = (long)options.Batch * options.Tokens;
        return new TrainingTiming
        {
            Options = options,
            StepSeconds = seconds[seconds.Length / 2],
            FastestSeconds = seconds[0],
            SlowestSeconds = seconds[^1],
            Loss = clock.Losses[^1],
            Losses = clock.Losses,
            Exchange = ranks.Size == 1
                ? null
                : MeasureExchange(model, options, ranks, seconds[seconds.Length / 2], cancellation),
            FlopsPerStep = 4.0 * tokens * LayerWeights(options.Preset.Llama),
            BytesInUse = GpuMemory.InUse(device),
        };
    }

    /// <summary>Trains.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">What to measure.</param>
    /// <param name="ranks">Whose samples these are.</param>
    /// <param name="together">The ranks that exchange gradients.</param>
    /// <param name="cancellation">Stops after the step under way.</param>
    private static StepClock Train(
        EmotionLlamaModel model,
        TrainingBenchmarkOptions options,
        IProcessGroup ranks,
        IProcessGroup together,
        CancellationToken cancellation)
    {
        // The end of the run waits for its last step, which would count as none.
        var run = new RunRecipe
        {
            MaxEpoch = 1,
            ItersPerEpoch = WarmUpSteps + options.Steps + 1,
            InitLr = 1e-5,
            MinLr = 1e-6,
            Amp = options.Precision,
        };
        var recipe = new Recipe { Model = new ModelRecipe { UseGradCheckpoint = options.Checkpoint }, Run = run };
        using var trainer = new Trainer(
            model, recipe, new MadeUpBatches(model, options, ranks.Rank * options.Batch), store: null, together);
        var clock = new StepClock();
        trainer.Run(clock, cancellation);
        return clock;
    }

    /// <summary>Trains again without any exchange, and exchanges without any training.</summary>
    private static ExchangeTiming MeasureExchange(
        EmotionLlamaModel model,
        TrainingBenchmarkOptions options,
        IProcessGroup ranks,
        double stepSeconds,
        CancellationToken cancellation)
    {
        ranks.Barrier();
        var without = Train(model, options, ranks, new SingleProcess(), cancellation).Measured(options.Steps);
        var gradients = model.Trained.CompleteGradients()!;
        var alone = new double[ExchangesAlone];
        for (var i = 0; i < alone.Length; i++)
        {
            ranks.Barrier();
            var began = Stopwatch.GetTimestamp();
            ranks.AllReduceSum(gradients);

            // Reading a value waits for the device.
            _ = gradients[0].item<float>();
            alone[i] = Stopwatch.GetElapsedTime(began).TotalSeconds;
        }

        Array.Sort(alone);
        return new ExchangeTiming
        {
            Ranks = ranks.Size,
            Carrier = ranks.Name,
            Bytes = gradients.numel() * sizeof(float),
            AloneSeconds = alone[alone.Length / 2],
            StepSeconds = stepSeconds,
            StepWithoutSeconds = without[without.Length / 2],
        };
    }

    /// <summary>Weights of the layers' matrices: two operations for each and token forwards, and two backwards.
    /// </summary>
    private static long LayerWeights(LlamaConfig llama) => llama.Layers * llama.HiddenSize
        * ((2L * (llama.Heads + llama.KeyValueHeads) * llama.HeadSize) + (3L * llama.IntermediateSize));

    private static EmotionLlamaModel Build(TrainingBenchmarkOptions options, Device device, ScalarType dtype)
    {
        WeightReader Reader(IEnumerable<(string Name, long[] Shape)> tensors) =>
            new(new DrawnWeights(tensors, device, dtype), device, dtype);

        var preset = options.Preset;
        var vision = options.EncodesImages ? preset : preset with { VisionBlocks = 0 };
        var tower = new EvaVisionTransformer(Reader(ModelTensors.Vision(vision)), ImageSize);
        var llama = new Llama(
            preset.Llama,
            Reader(ModelTensors.Llama(preset)),
            new LoraSettings { Rank = preset.LoraRank, Dropout = options.Dropout },
            options.Frozen);
        return new EmotionLlamaModel(llama, tower, visionNorm: null);
    }

    /// <summary>The same samples again and again.</summary>
    private sealed class MadeUpBatches(EmotionLlamaModel model, TrainingBenchmarkOptions options, int firstSample)
        : ITrainingData
    {
        public int BatchesPerPass => 1;

        public IEnumerable<PackedBatch> Read(long first, CancellationToken cancellationToken)
        {
            var inserted = model.ImageTokens + EmotionLlamaModel.FeatureKinds + 1;
            var words = options.Tokens - options.AnswerTokens - inserted;
            if (words < 1)
                throw new InputException($"--tokens: {options.Tokens} leave no room for a prompt with {inserted} inserted");

            var samples = Enumerable.Range(firstSample, options.Batch).Select(Sample).ToList();
            while (true)
                yield return PackedBatch.Pack(samples);

            (ClipSample, TokenizedSample) Sample(int number)
            {
                using var drawn = new Generator((ulong)number);
                return (Clip(drawn), Tokens(new Random(number)));
            }

            ClipSample Clip(Generator drawn) => new()
            {
                Name = "made up",
                Emotion = Emotion.Neutral,
                Task = "reason_v2",
                Image = options.EncodesImages
                    ? randn([3, ImageSize, ImageSize], generator: drawn)
                    : randn([1 + model.Vision.Patches, model.Vision.Channels], generator: drawn).to(model.Llama.Dtype),
                IsEncoded = !options.EncodesImages,
                Features = randn([EmotionLlamaModel.FeatureKinds, EmotionLlamaModel.FeatureSize], generator: drawn),
                Instruction = "",
                Answer = "",
            };

            TokenizedSample Tokens(Random random) => new()
            {
                Prompt =
                [
                    .. Words(random, words / 2),
                    .. Enumerable.Repeat(TokenizedSample.Inserted, inserted),
                    .. Words(random, words - (words / 2)),
                ],
                Answer = [.. Words(random, options.AnswerTokens)],
            };

            IEnumerable<int> Words(Random random, int count) => Enumerable.Range(0, count).Select(
                _ => random.Next(3, options.Preset.Llama.VocabularySize)).ToList();
        }
    }

    private sealed class StepClock : ITrainingObserver
    {
        private readonly List<double> _seconds = [];
        private long _last = Stopwatch.GetTimestamp();

        public List<double> Losses { get; } = [];

        /// <summary>Seconds of the measured steps, the fastest first.</summary>
        public double[] Measured(int steps) => [.. _seconds.Skip(WarmUpSteps).Take(steps).Order()];

        public void OnStep(StepMetrics metrics)
        {
            var now = Stopwatch.GetTimestamp();
            _seconds.Add(Stopwatch.GetElapsedTime(_last, now).TotalSeconds);
            _last = now;
            Losses.Add(metrics.Loss);
        }
    }
}
