using System.Diagnostics;
using System.Globalization;
using EmotionLlama.Checkpoints;
using EmotionLlama.Configuration;
using EmotionLlama.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Workflows;

/// <summary>Measures how fast a recipe's model comes from disk, against reading the same files.</summary>
public static class LoadBenchmark
{
    private const int BlockBytes = 16 << 20;
    private const string StatusFile = "/proc/self/status";

    /// <summary>Measures once: the loading, and the reading. Before each, the files are dropped from the system's
    /// cache, so that they come from the disk.</summary>
    /// <param name="recipe">The recipe: its <c>model</c> section, <c>run.device</c> and <c>run.amp</c>.</param>
    /// <param name="cold">Whether to drop the files from the cache.</param>
    /// <param name="report">Hears what was loaded.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InputException">A file does not suit, or there is no such device.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static LoadTiming Measure(
        Recipe recipe, bool cold, Action<ModelLoadReport>? report = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var files = WeightFiles(recipe.Model).ToList();
        var device = ComputeDevice.Choose(recipe.Run.Device);
        var dtype = ComputeDevice.Precision(recipe.Run.Amp, device);

        // Starting a GPU takes seconds that are no part of the loading.
        zeros(1, dtype, device).Dispose();
        Wait(device);

        if (cold)
            files.ForEach(Forget);

        var before = ResetPeak();
        var clock = Stopwatch.StartNew();
        ModelLoadReport? loaded = null;
        using (ModelFactory.Build(recipe.Model, device, dtype, done => loaded = done, cancellation))
        {
            Wait(device);
            clock.Stop();
        }

        var peak = Status("VmHWM");
        report?.Invoke(loaded!);
        if (cold)
            files.ForEach(Forget);

        var reading = Stopwatch.StartNew();
        var bytes = files.Sum(file => ReadToEnd(file, cancellation));
        return new LoadTiming(
            loaded!.Bytes, clock.Elapsed.TotalSeconds, bytes, reading.Elapsed.TotalSeconds, before, peak);
    }

    private static IEnumerable<string> WeightFiles(ModelRecipe model)
    {
        List<string> paths = [model.LlamaModel, model.VitModelFile];
        if (model.Ckpt is { Length: > 0 } checkpoint)
            paths.Add(checkpoint);

        return paths.SelectMany(path => !Directory.Exists(path)
            ? [path]
            : Directory.EnumerateFiles(path)
                .Where(file => Path.GetExtension(file) is ".safetensors" or ".bin" or ".pth"));
    }

    private static void Forget(string file)
    {
        using var open = File.OpenHandle(file);
        FileAdvice.Forget(open);
    }

    private static long ReadToEnd(string file, CancellationToken cancellation)
    {
        var block = GC.AllocateUninitializedArray<byte>(BlockBytes);
        using var open = File.OpenHandle(file, options: FileOptions.SequentialScan);
        var length = RandomAccess.GetLength(open);
        for (long at = 0; at < length;)
        {
            cancellation.ThrowIfCancellationRequested();
            FileAdvice.ReadAhead(open, at, 2 * BlockBytes);
            at += RandomAccess.Read(open, block, at);
        }

        return length;
    }

    private static void Wait(Device device)
    {
        if (device.type == DeviceType.CUDA)
            cuda.synchronize(device);
    }

    /// <summary>Makes the present memory the peak, where the system allows it.</summary>
    private static long ResetPeak()
    {
        GC.Collect();
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then the peak is that since the start.
        }

        return Status("VmRSS");
    }

    private static long Status(string key)
    {
        if (!File.Exists(StatusFile))
            return Environment.WorkingSet;

        var line = File.ReadLines(StatusFile).First(line => line.StartsWith(key, StringComparison.Ordinal));
        return 1024 * long.Parse(
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
    }
}
