using System.Diagnostics;
using EmotionLlama.Generation;
using EmotionLlama.Models;
using EmotionLlama.Pretraining;
using EmotionLlama.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Workflows;

/// <summary>Measures how fast a decoder with random weights answers on this machine: greedy answers of one length, all of
/// a batch together.</summary>
public static class GenerationBenchmark
{
    /// <summary>No id ends an answer, so that all are equally long.</summary>
    private const int NoEnd = -1;

    private const long CopiedBytesOnGpu = 1L << 30;
    private const long CopiedBytesOnCpu = 1L << 26;
    private const int Copies = 10;

    /// <summary>Measures.</summary>
    /// <param name="options">What to measure.</param>
    /// <param name="cancellation">Stops between two tokens.</param>
    /// <exception cref="InputException">There is no such device, or prompt and answer are too long for the model.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static GenerationTiming Measure(
        GenerationBenchmarkOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var config = options.Preset.Llama;
        if (options.PromptTokens + options.Tokens > config.MaxPositions)
        {
            throw new InputException($"--prompt, --tokens: {options.PromptTokens} and {options.Tokens} tokens are more "
                + $"than the model's {config.MaxPositions} positions");
        }

        var device = ComputeDevice.Choose(options.Device);
        var dtype = ComputeDevice.Precision(options.Precision, device);
        using var llama = new Llama(
            config,
            new WeightReader(new DrawnWeights(ModelTensors.Llama(options.Preset), device, dtype), device, dtype),
            new LoraSettings { Rank = 0 });
        List<double> all = [], first = [];
        for (var i = 0; i <= options.Steps; i++)
        {
            var (seconds, firstSeconds) = Answer(llama, options, cancellation);
            if (i == 0)
                continue;

            all.Add(seconds);
            first.Add(firstSeconds);
        }

        all.Sort();
        first.Sort();
        return new GenerationTiming
        {
            Options = options,
            AnswerSeconds = all[all.Count / 2],
            FastestSeconds = all[0],
            SlowestSeconds = all[^1],
            FirstTokenSeconds = first[first.Count / 2],
            BytesPerStep = BytesPerStep(llama, options),
            BytesInUse = GpuMemory.InUse(device),
            MemoryRate = MemoryRate(device),
        };
    }

    private static (double Seconds, double First) Answer(
        Llama llama, GenerationBenchmarkOptions options, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var prompts = randn(
            options.Batch * options.PromptTokens, llama.Config.HiddenSize, llama.Dtype, llama.Device);
        Wait(llama.Device);
        var start = Stopwatch.GetTimestamp();
        var first = 0.0;
        new TokenGenerator(llama, NoEnd).Generate(
            prompts,
            [.. Enumerable.Repeat(options.PromptTokens, options.Batch)],
            new GenerationSettings { MaxNewTokens = options.Tokens, MinNewTokens = 0 },
            (prompt, _) =>
            {
                if (first == 0 && prompt == options.Batch - 1)
                    first = Stopwatch.GetElapsedTime(start).TotalSeconds;
            },
            cancellation);
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, first);
    }

    private static long BytesPerStep(Llama llama, GenerationBenchmarkOptions options)
    {
        var config = llama.Config;
        var unread = config.TiedHead ? 0 : (long)config.VocabularySize * config.HiddenSize;
        var weights = llama.StoredWeights.Sum(weight => weight.numel()) - unread;
        var kept = 2L * config.Layers * config.KeyValueHeads * config.HeadSize;
        var tokens = options.Batch * (options.PromptTokens + (options.Tokens / 2L));
        return (weights + (kept * tokens)) * llama.StoredWeights.First().ElementSize;
    }

    /// <summary>Bytes per second of a large copy, which reads and writes each byte once.</summary>
    private static double MemoryRate(Device device)
    {
        using var scope = NewDisposeScope();
        var bytes = device.type == DeviceType.CUDA ? CopiedBytesOnGpu : CopiedBytesOnCpu;
        var from = zeros(bytes, ScalarType.Byte, device);
        var to = empty_like(from);
        to.copy_(from);
        Wait(device);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Copies; i++)
            to.copy_(from);

        Wait(device);
        return 2.0 * Copies * bytes / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Wait(Device device)
    {
        if (device.type == DeviceType.CUDA)
            cuda.synchronize(device);
    }
}
