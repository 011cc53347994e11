using System.Globalization;
using System.Text.Json;
using EmotionLlama.Checkpoints;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Pretraining;

/// <summary>Writes models of full size with random weights, to try speed and memory without downloading any: all names,
/// shapes and types of the published files, small values, so that everything computed from them stays finite.</summary>
public static class RandomModelMaker
{
    private const int MostShards = 8;
    private const double Deviation = 0.02;

    /// <summary>Writes the files, several at once.</summary>
    /// <param name="folder">Where they go.</param>
    /// <param name="preset">The sizes.</param>
    /// <param name="llamaType">Data type of the Llama's weights; the vision tower's are float16, the trained ones
    /// float32, as published.</param>
    /// <param name="seed">Fixes the values.</param>
    /// <param name="cancellation">Stops between two tensors; whole files stay.</param>
    /// <exception cref="InputException">The files cannot be written, or do not fit.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static RandomModel Make(
        string folder,
        ModelPreset preset,
        ScalarType llamaType = ScalarType.Float16,
        long seed = 1,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(preset);
        var files = new RandomModel(folder);
        var shards = Shards(ModelTensors.Llama(preset).ToList());
        var bytes = (2 * Values(ModelTensors.Llama(preset))) + (2 * Values(ModelTensors.Vision(preset)))
            + (4 * Values(ModelTensors.Trained(preset)));
        DiskSpace.Need(folder, bytes);
        OutputFolder.Open(files.LlamaFolder);
        File.Copy(
            Path.Combine(TinyModel.Shipped.LlamaFolder, "tokenizer.model"),
            Path.Combine(files.LlamaFolder, "tokenizer.model"),
            overwrite: true);
        AtomicFile.WriteText(Path.Combine(files.LlamaFolder, "config.json"), preset.Llama.ToJson() + "\n");
        WriteIndex(files.LlamaFolder, shards);

        using var values = new RandomValues(LargestOf(preset), seed);
        var writers = new List<Action>
        {
            () => TorchCheckpointWriter.Save(
                files.VisionFile, Pending(ModelTensors.Vision(preset), ScalarType.Float16)),
            () => TorchCheckpointWriter.Save(
                files.CheckpointFile,
                new Dictionary<string, object?>
                {
                    ["model"] = Pending(ModelTensors.Trained(preset), ScalarType.Float32),
                }),
        };
        writers.AddRange(shards.Select((shard, i) => (Action)(() => SafetensorsWriter.WritePending(
            Path.Combine(files.LlamaFolder, ShardName(i, shards.Count)),
            [.. Pending(shard, llamaType).Values.Cast<PendingTensor>()],
            new Dictionary<string, string> { ["format"] = "pt" }))));
        try
        {
            Parallel.Invoke(new ParallelOptions { CancellationToken = cancellation }, [.. writers]);
        }
        catch (AggregateException e)
        {
            throw e.InnerExceptions.FirstOrDefault(inner => inner is InputException or OperationCanceledException) ?? e;
        }

        return files;

        OrderedDictionary<string, object?> Pending(IEnumerable<(string Name, long[] Shape)> tensors, ScalarType type)
        {
            var pending = new OrderedDictionary<string, object?>();
            foreach (var (name, shape) in tensors)
                pending.Add(name, new PendingTensor(name, type, shape, () => Read(name, shape, type)));

            return pending;
        }

        Tensor Read(string name, long[] shape, ScalarType type)
        {
            cancellation.ThrowIfCancellationRequested();
            return values.Of(name, shape, type);
        }
    }

    /// <summary>The file of a shard, as transformers names it.</summary>
    internal static string ShardName(int index, int count) => string.Create(
        CultureInfo.InvariantCulture, $"model-{index + 1:00000}-of-{count:00000}.safetensors");

    /// <summary>Consecutive tensors of about the same size together.</summary>
    private static List<List<(string Name, long[] Shape)>> Shards(List<(string Name, long[] Shape)> tensors)
    {
        var limit = Values(tensors) / MostShards;
        var shards = new List<List<(string Name, long[] Shape)>> { new() };
        var filled = 0L;
        foreach (var tensor in tensors)
        {
            if (filled > limit)
            {
                shards.Add([]);
                filled = 0;
            }

            shards[^1].Add(tensor);
            filled += Product(tensor.Shape);
        }

        return shards;
    }

    private static void WriteIndex(string folder, List<List<(string Name, long[] Shape)>> shards)
    {
        var map = shards
            .SelectMany((shard, i) => shard.Select(tensor => (tensor.Name, File: ShardName(i, shards.Count))))
            .ToDictionary(item => item.Name, item => item.File);
        var index = new Dictionary<string, object>
        {
            ["metadata"] = new Dictionary<string, long> { ["total_size"] = 2 * shards.Sum(Values) },
            ["weight_map"] = map,
        };
        AtomicFile.WriteText(Path.Combine(folder, "model.safetensors.index.json"), JsonSerializer.Serialize(index));
    }

    private static long LargestOf(ModelPreset preset) =>
        ModelTensors.Llama(preset).Concat(ModelTensors.Vision(preset)).Concat(ModelTensors.Trained(preset))
            .Max(tensor => Product(tensor.Shape));

    private static long Values(IEnumerable<(string Name, long[] Shape)> tensors) =>
        tensors.Sum(tensor => Product(tensor.Shape));

    private static long Product(long[] shape) => shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>One block of normal values in each type, of which every tensor is a part: drawing as many as a model
    /// has would take longer than writing them.</summary>
    private sealed class RandomValues : IDisposable
    {
        private const int MostSpare = 1 << 24;
        private readonly Dictionary<ScalarType, Tensor> _blocks;
        private readonly long _spare;

        public RandomValues(long largest, long seed)
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator((ulong)seed);
            _spare = Math.Min(largest, MostSpare);
            var drawn = randn([largest + _spare], generator: generator).ScaleInPlace(Deviation);
            _blocks = ((ScalarType[])[ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16])
                .ToDictionary(type => type, type => drawn.to(type).DetachFromDisposeScope());
        }

        /// <summary>Normalization weights are one, biases zero, and the rest a part of the block that the name fixes.
        /// </summary>
        public Tensor Of(string name, long[] shape, ScalarType type)
        {
            if (name.Contains("norm", StringComparison.Ordinal) && name.EndsWith("weight", StringComparison.Ordinal))
                return ones(shape, type);

            if (name.EndsWith("bias", StringComparison.Ordinal))
                return zeros(shape, type);

            using var scope = NewDisposeScope();
            var first = (long)(Hash(name) % (ulong)_spare);
            return _blocks[type].narrow(0, first, Product(shape)).view(shape).MoveToOuterDisposeScope();
        }

        public void Dispose()
        {
            foreach (var block in _blocks.Values)
                block.Dispose();
        }

        private static ulong Hash(string name) => name.Aggregate(
            14695981039346656037UL, (hash, letter) => (hash ^ letter) * 1099511628211UL);
    }
}
