using System.Diagnostics;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
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

    /// <summary>Measures.</summary>
    /// <param name="options">What to measure.</param>
    /// <param name="cancellation">Stops after the step under way.</param>
    /// <exception cref="InputException">There is no such device.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static TrainingTiming Measure(TrainingBenchmarkOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var device = ComputeDevice.Choose(options.Device);
        var dtype = ComputeDevice.Precision(options.Precision, device);
        ComputeDevice.CheckFrozen(options.Frozen, device, dtype);
        using var model = Build(options, device, dtype);

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
        using var trainer = new Trainer(model, recipe, new MadeUpBatches(model, options));
        var clock = new StepClock();
        trainer.Run(clock, cancellation);
        double[] seconds = [.. clock.Seconds.Skip(WarmUpSteps).Take(options.Steps).Order()];
        var tokens = (long)options.Batch * options.Tokens;
        return new TrainingTiming
        {
            Options = options,
            StepSeconds = seconds[seconds.Length / 2],
            FastestSeconds = seconds[0],
            SlowestSeconds = seconds[^1],
            Loss = clock.Loss,
            FlopsPerStep = 4.0 * tokens * LayerWeights(options.Preset.Llama),
            BytesInUse = GpuMemory.InUse(device),
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
            new LoraSettings { Rank = preset.LoraRank, Dropout = 0.05 },
            options.Frozen);
        return new EmotionLlamaModel(llama, tower, visionNorm: null);
    }

    /// <summary>The same samples again and again.</summary>
    private sealed class MadeUpBatches(EmotionLlamaModel model, TrainingBenchmarkOptions options) : ITrainingData
    {
        public int BatchesPerPass => 1;

        public IEnumerable<PackedBatch> Read(long first, CancellationToken cancellationToken)
        {
            var random = new Random(1);
            var inserted = model.ImageTokens + EmotionLlamaModel.FeatureKinds + 1;
            var words = options.Tokens - options.AnswerTokens - inserted;
            if (words < 1)
                throw new InputException($"--tokens: {options.Tokens} leave no room for a prompt with {inserted} inserted");

            var samples = Enumerable.Range(0, options.Batch).Select(_ => (Clip(), Tokens())).ToList();
            while (true)
                yield return PackedBatch.Pack(samples);

            ClipSample Clip() => new()
            {
                Name = "made up",
                Emotion = Emotion.Neutral,
                Task = "reason_v2",
                Image = options.EncodesImages
                    ? randn(3, ImageSize, ImageSize)
                    : randn(1 + model.Vision.Patches, model.Vision.Channels).to(model.Llama.Dtype),
                IsEncoded = !options.EncodesImages,
                Features = randn(EmotionLlamaModel.FeatureKinds, EmotionLlamaModel.FeatureSize),
                Instruction = "",
                Answer = "",
            };

            TokenizedSample Tokens() => new()
            {
                Prompt =
                [
                    .. Words(words / 2),
                    .. Enumerable.Repeat(TokenizedSample.Inserted, inserted),
                    .. Words(words - (words / 2)),
                ],
                Answer = [.. Words(options.AnswerTokens)],
            };

            IEnumerable<int> Words(int count) => Enumerable.Range(0, count).Select(
                _ => random.Next(3, options.Preset.Llama.VocabularySize)).ToList();
        }
    }

    private sealed class StepClock : ITrainingObserver
    {
        private readonly List<double> _seconds = [];
        private long _last = Stopwatch.GetTimestamp();

        public IReadOnlyList<double> Seconds => _seconds;

        public double Loss { get; private set; }

        public void OnStep(StepMetrics metrics)
        {
            var now = Stopwatch.GetTimestamp();
            _seconds.Add(Stopwatch.GetElapsedTime(_last, now).TotalSeconds);
            _last = now;
            Loss = metrics.Loss;
        }
    }
}
