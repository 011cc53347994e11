using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using EmotionLlama.Models;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints.Exporting;

/// <summary>
/// A Llama's folder with W + (alpha / rank) · B · A in place of each adapted weight W. Each is added up in float32 and
/// stored in the type of W, or in the one asked for; one weight at a time is in memory.
/// </summary>
/// <remarks>The formula is that of Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021, section 4.1.
/// There is always an index, so that programs that would take every safetensors file of a folder leave the projections
/// alone.</remarks>
internal sealed class MergedExport : IExport
{
    private const string ConfigFile = "config.json";
    private const string IndexFile = "model.safetensors.index.json";

    private static readonly Dictionary<string, string> Metadata = new() { ["format"] = "pt" };
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly TrainedCheckpoint _checkpoint;
    private readonly LoraSettings _lora;
    private readonly ExportRequest _request;
    private readonly BaseLlama _llama;
    private readonly IReadOnlyList<FileInfo> _copied;
    private readonly IReadOnlyList<string> _leftOut;
    private readonly IReadOnlyList<(string File, IReadOnlyList<PendingTensor> Tensors)> _shards;
    private readonly IReadOnlyList<PendingTensor> _others;
    private CancellationToken _cancellationToken;

    public MergedExport(TrainedCheckpoint checkpoint, LoraSettings lora, ExportRequest request)
    {
        (_checkpoint, _lora, _request) = (checkpoint, lora, request);
        _llama = BaseLlama.Need(checkpoint, request);
        try
        {
            (_copied, _leftOut) = SmallFiles.Of(_llama.Folder);
            var pairs = checkpoint.Pairs.ToDictionary(pair => pair.Weight, StringComparer.Ordinal);
            _shards = Shards(_llama.Weights.Names.Select(name => Plan(name, pairs.GetValueOrDefault(name))));
            _others = [.. checkpoint.Others.Select(name => checkpoint.Pending(name))];
        }
        catch
        {
            _llama.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public long Bytes => ValueBytes + _others.Sum(tensor => tensor.Bytes) + SmallFiles.BytesOf(_copied);

    private long ValueBytes => _shards.Sum(shard => shard.Tensors.Sum(tensor => tensor.Bytes));

    /// <inheritdoc/>
    public ExportReport Write(IProgress<string>? progress, CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;
        AtomicFolder.Write(_request.Output, folder =>
        {
            foreach (var (file, tensors) in _shards)
            {
                progress?.Report($"writing {file}, {ByteSize.Format(tensors.Sum(tensor => tensor.Bytes))}");
                SafetensorsWriter.WritePending(Path.Combine(folder, file), tensors, Metadata);
            }

            if (_others.Count > 0)
                SafetensorsWriter.WritePending(Path.Combine(folder, PeftFolder.ProjectionsFile), _others, Metadata);

            AtomicFile.WriteText(Path.Combine(folder, IndexFile), IndexJson());
            foreach (var file in _copied)
                Copy(file, folder);
        });
        return new ExportReport
        {
            Format = ExportFormat.Merged,
            Output = _request.Output,
            Lora = _lora,
            Llama = _llama.Folder,
            Files = [.. Files().Select(file => new ExportedFile(
                file.Name, new FileInfo(Path.Combine(_request.Output, file.Name)).Length, file.Holds))],
            Notes = [.. Notes()],
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _llama.Dispose();

    private PendingTensor Plan(string name, LoraPair? pair)
    {
        var stored = PendingTensor.Of(_llama.Weights, name);
        var isFloating = stored.Type
            is ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16;
        if (pair is not null && !isFloating)
        {
            throw new InputException($"{_llama.Folder}: `{name}` is quantized ({TorchTypes.Name(stored.Type)}), so "
                + "nothing can be added to it; name the Llama in float16, bfloat16 or float32");
        }

        var type = isFloating ? _request.DataType ?? stored.Type : stored.Type;
        return new PendingTensor(name, type, stored.Shape, () => Read(name, pair, type));
    }

    private Tensor Read(string name, LoraPair? pair, ScalarType type)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var weight = _llama.Weights.Read(name);
        if (pair is not null)
        {
            var a = _checkpoint.Read(pair.A).to(ScalarType.Float32);
            var b = _checkpoint.Read(pair.B).to(ScalarType.Float32);
            weight = weight.to(ScalarType.Float32).Plus(b.matmul(a), _lora.Alpha / _lora.Rank);
        }

        return weight.to(type).MoveToOuterDisposeScope();
    }

    private List<(string File, IReadOnlyList<PendingTensor> Tensors)> Shards(IEnumerable<PendingTensor> tensors)
    {
        List<List<PendingTensor>> shards = [[]];
        long bytes = 0;
        foreach (var tensor in tensors)
        {
            if (shards[^1].Count > 0 && bytes + tensor.Bytes > _request.MaxShardBytes)
            {
                shards.Add([]);
                bytes = 0;
            }

            shards[^1].Add(tensor);
            bytes += tensor.Bytes;
        }

        return [.. shards.Select((shard, i) => (
            string.Create(CultureInfo.InvariantCulture, $"model-{i + 1:00000}-of-{shards.Count:00000}.safetensors"),
            (IReadOnlyList<PendingTensor>)shard))];
    }

    private string IndexJson()
    {
        var files = new JsonObject();
        foreach (var (file, tensors) in _shards)
        {
            foreach (var tensor in tensors)
                files[tensor.Name] = file;
        }

        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["total_size"] = ValueBytes },
            ["weight_map"] = files,
        }.ToJsonString(Indented) + "\n";
    }

    private void Copy(FileInfo file, string folder)
    {
        var target = Path.Combine(folder, file.Name);
        if (file.Name == ConfigFile && _request.DataType is { } type)
            AtomicFile.WriteText(target, WithType(File.ReadAllText(file.FullName), type));
        else
            file.CopyTo(target);
    }

    /// <summary>The Llama's settings with the data type that its weights have now.</summary>
    private static string WithType(string config, ScalarType type)
    {
        var json = JsonNode.Parse(config)!.AsObject();

        // Newer versions of transformers write the first key, and all read the second.
        json[json.ContainsKey("dtype") ? "dtype" : "torch_dtype"] = TorchTypes.Name(type);
        return json.ToJsonString(Indented) + "\n";
    }

    private IEnumerable<(string Name, string Holds)> Files()
    {
        foreach (var (file, tensors) in _shards)
        {
            var types = tensors.Select(tensor => TorchTypes.Name(tensor.Type)).Distinct();
            yield return (file, $"{tensors.Count} tensors of {string.Join(", ", types)}");
        }

        yield return (IndexFile, "which tensor lies in which file");
        if (_others.Count > 0)
            yield return (PeftFolder.ProjectionsFile, TrainedModules.Describe(_checkpoint.Others));

        foreach (var file in _copied)
            yield return (file.Name, $"as in {_llama.Folder}");
    }

    private IEnumerable<string> Notes()
    {
        if (_shards.SelectMany(shard => shard.Tensors).Any(tensor =>
            tensor.Type is ScalarType.Float16 or ScalarType.BFloat16))
        {
            yield return "sums are rounded to the stored type: answers can differ in words from those with the adapter";
        }

        foreach (var name in _leftOut)
            yield return $"not copied, since it is too large to be a setting: {name}";

        yield return $"in PyTorch: AutoModelForCausalLM.from_pretrained(\"{_request.Output}\")";
        yield return $"here: model.llama_model: {_request.Output}, model.lora_r: 0"
            + (_others.Count > 0 ? $", model.ckpt: {Path.Combine(_request.Output, PeftFolder.ProjectionsFile)}" : "");
    }
}
