using System.Text.Json;
using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>
/// The weights in a model's folder as Hugging Face's transformers writes it: one file <c>model.safetensors</c> or
/// <c>pytorch_model.bin</c>, or shards and an index of which tensor lies in which. Shards are opened when they are
/// first needed.
/// </summary>
public sealed class HuggingFaceFolder : IOpenWeights
{
    private const string IndexSuffix = ".index.json";

    /// <summary>What to look for, the best first: safetensors read faster.</summary>
    private static readonly string[] Files = ["model.safetensors", "pytorch_model.bin"];

    private readonly Lock _gate = new();
    private readonly OrderedDictionary<string, string> _shardOf;
    private readonly Dictionary<string, IOpenWeights> _open = new(StringComparer.Ordinal);

    /// <summary>Finds the weights in a folder.</summary>
    /// <exception cref="InputException">There are none, the index is damaged, or a shard is missing.</exception>
    public HuggingFaceFolder(string path)
    {
        Location = path;
        _shardOf = Find();
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _shardOf.Keys;

    /// <inheritdoc/>
    /// <exception cref="InputException">The tensor's shard is damaged, or lacks a tensor that the index says it has.
    /// </exception>
    public IReadOnlyList<long>? ShapeOf(string name) =>
        _shardOf.TryGetValue(name, out var shard) ? OpenShard(shard).ShapeOf(name) : null;

    /// <inheritdoc/>
    /// <exception cref="InputException">The tensor's shard is damaged, or lacks a tensor that the index says it has.
    /// </exception>
    public TensorDescription? Describe(string name) =>
        _shardOf.TryGetValue(name, out var shard) ? OpenShard(shard).Describe(name) : null;

    /// <inheritdoc/>
    public Tensor Read(string name) =>
        _shardOf.TryGetValue(name, out var shard) ? OpenShard(shard).Read(name) : throw MissingTensor.In(this, name);

    /// <inheritdoc/>
    public StoredValues? Locate(string name) =>
        _shardOf.TryGetValue(name, out var shard) ? OpenShard(shard).Locate(name) : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var shard in _open.Values)
                shard.Dispose();

            _open.Clear();
        }
    }

    private OrderedDictionary<string, string> Find()
    {
        foreach (var file in Files)
        {
            if (File.Exists(Path.Combine(Location, file)))
                return AllIn(file);

            if (File.Exists(Path.Combine(Location, file + IndexSuffix)))
                return ReadIndex(file + IndexSuffix);
        }

        throw new InputException($"{Location}: holds no weights; expected "
            + string.Join(", ", Files.Select(file => $"{file} or {file}{IndexSuffix}")));
    }

    private OrderedDictionary<string, string> AllIn(string file)
    {
        var weights = WeightSources.Open(Path.Combine(Location, file));
        _open.Add(file, weights);
        return new OrderedDictionary<string, string>(
            weights.Names.Select(name => KeyValuePair.Create(name, file)), StringComparer.Ordinal);
    }

    private OrderedDictionary<string, string> ReadIndex(string file)
    {
        var path = Path.Combine(Location, file);
        var shardOf = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            foreach (var item in json.RootElement.GetProperty("weight_map").EnumerateObject())
                shardOf[item.Name] = item.Value.GetString() ?? "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new InputException($"{path}: is no index of weights: expected a JSON object whose weight_map gives "
                + "the file of each tensor", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }

        foreach (var shard in shardOf.Values.Distinct())
        {
            if (shard.Length == 0 || shard != Path.GetFileName(shard))
            {
                throw new InputException(
                    $"{path}: names the file `{shard.Printable()}`, which is not one in the same folder");
            }

            if (!File.Exists(Path.Combine(Location, shard)))
            {
                throw new InputException($"{Path.Combine(Location, shard.Printable())}: no such file, but {file} names "
                    + "it; copy or download it");
            }
        }

        return shardOf;
    }

    private IOpenWeights OpenShard(string shard)
    {
        lock (_gate)
        {
            if (_open.TryGetValue(shard, out var open))
                return open;

            var weights = WeightSources.Open(Path.Combine(Location, shard));
            var missing = _shardOf.FirstOrDefault(item => item.Value == shard && weights.ShapeOf(item.Key) is null).Key;
            if (missing is not null)
            {
                weights.Dispose();
                throw new InputException(
                    $"{weights.Location}: lacks the tensor `{missing.Printable()}`, which the index says it has");
            }

            _open.Add(shard, weights);
            return weights;
        }
    }
}
