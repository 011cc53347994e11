using System.Diagnostics;
using EmotionLlama.Models;
using EmotionLlama.Pretraining;
using EmotionLlama.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Workflows;

/// <summary>Measures how fast the vision tower encodes pictures on this machine, with random weights.</summary>
public static class EncodingBenchmark
{
    private const int WarmUps = 3;

    /// <summary>Measures.</summary>
    /// <param name="options">What to measure.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="InputException">There is no such device, or the picture size does not suit the tower.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static EncodingTiming Measure(EncodingBenchmarkOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var device = ComputeDevice.Choose(options.Device);
        var dtype = ComputeDevice.Precision(options.Precision, device);
        using var tower = new EvaVisionTransformer(
            new WeightReader(
                new DrawnWeights(ModelTensors.Vision(options.Preset), device, dtype), device, dtype),
            options.Preset.ImageSize);

        // As the loader threads of a run leave them.
        using var drawn = randn(options.Batch, 3, options.Preset.ImageSize, options.Preset.ImageSize);
        using var images = device.type == DeviceType.CUDA ? drawn.pin_memory() : drawn.alias();
        List<double> all = [], host = [];
        using var _ = no_grad();
        for (var i = 0; i < WarmUps + options.Steps; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var start = Stopwatch.GetTimestamp();
            tower.Forward(images.Send(device).to(dtype));
            host.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            if (device.type == DeviceType.CUDA)
                cuda.synchronize(device);

            all.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        double[] seconds = [.. all.Skip(WarmUps).Order()];
        double[] hostSeconds = [.. host.Skip(WarmUps).Order()];
        return new EncodingTiming
        {
            Options = options,
            BatchSeconds = seconds[seconds.Length / 2],
            FastestSeconds = seconds[0],
            SlowestSeconds = seconds[^1],
            HostSeconds = hostSeconds[hostSeconds.Length / 2],
            FlopsPerPicture = FlopsOf(tower, options.Preset),
            BytesInUse = GpuMemory.InUse(device),
        };
    }

    /// <summary>Two operations for each weight and token, and two attention products of tokens with tokens in each
    /// block.</summary>
    private static double FlopsOf(EvaVisionTransformer tower, ModelPreset preset)
    {
        double channels = tower.Channels, tokens = 1 + tower.Patches;
        var weights = channels * ((4 * channels) + (2.0 * preset.VisionInner));
        var patch = 3.0 * tower.PatchSize * tower.PatchSize * channels;
        return (2 * tower.Patches * patch)
            + (tower.Blocks * ((2 * tokens * weights) + (4 * tokens * tokens * channels)));
    }
}
