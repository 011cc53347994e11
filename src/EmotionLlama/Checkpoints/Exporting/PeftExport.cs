using EmotionLlama.Models;
using EmotionLlama.Runtime;

namespace EmotionLlama.Checkpoints.Exporting;

/// <summary>An adapter's folder of peft; what is trained beside LoRA lies in a file of ours there.</summary>
internal sealed class PeftExport : IExport
{
    private static readonly Dictionary<string, string> Metadata = new() { ["format"] = "pt" };

    private readonly TrainedCheckpoint _checkpoint;
    private readonly ExportRequest _request;
    private readonly PeftConfig _config;
    private readonly IReadOnlyList<PendingTensor> _matrices;
    private readonly IReadOnlyList<PendingTensor> _others;

    public PeftExport(TrainedCheckpoint checkpoint, LoraSettings lora, ExportRequest request)
    {
        (_checkpoint, _request) = (checkpoint, request);
        using var llama = BaseLlama.Find(checkpoint, request);
        _config = new PeftConfig
        {
            Lora = lora,
            BaseModel = BaseLlama.NameOf(checkpoint, request),
            Layers = LayersOf(checkpoint, llama),
        };
        _matrices =
        [
            .. checkpoint.Pairs.SelectMany(pair => (PendingTensor[])
            [
                checkpoint.Pending(pair.A, PeftNames.AdapterPrefix + pair.Module + PeftNames.ASuffix),
                checkpoint.Pending(pair.B, PeftNames.AdapterPrefix + pair.Module + PeftNames.BSuffix),
            ]),
        ];
        _others = [.. checkpoint.Others.Select(name => checkpoint.Pending(name))];
    }

    /// <inheritdoc/>
    public long Bytes => _matrices.Concat(_others).Sum(tensor => tensor.Bytes);

    /// <inheritdoc/>
    public ExportReport Write(IProgress<string>? progress, CancellationToken cancellationToken)
    {
        AtomicFolder.Write(_request.Output, folder =>
        {
            progress?.Report($"writing {PeftFolder.AdapterFile}");
            SafetensorsWriter.WritePending(Path.Combine(folder, PeftFolder.AdapterFile), _matrices, Metadata);
            cancellationToken.ThrowIfCancellationRequested();
            if (_others.Count > 0)
                SafetensorsWriter.WritePending(Path.Combine(folder, PeftFolder.ProjectionsFile), _others, Metadata);

            AtomicFile.WriteText(Path.Combine(folder, PeftConfig.FileName), _config.ToJson());
        });
        return new ExportReport
        {
            Format = ExportFormat.Peft,
            Output = _request.Output,
            Lora = _config.Lora,
            Llama = _config.BaseModel,
            Files = [.. Files().Select(file => new ExportedFile(
                file.Name, new FileInfo(Path.Combine(_request.Output, file.Name)).Length, file.Holds))],
            Notes = [.. Notes()],
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>The layers to name in the settings: peft puts matrices on all layers otherwise.</summary>
    private static IReadOnlyList<int>? LayersOf(TrainedCheckpoint checkpoint, BaseLlama? llama)
    {
        var layers = checkpoint.Pairs.Select(pair => pair.Layer).Distinct().Order().ToList();
        if (layers.Contains(null) || checkpoint.Pairs.Count != layers.Count * checkpoint.Targets.Count)
        {
            throw new InputException($"{checkpoint.Location}: its layers have LoRA matrices on different projections, "
                + "which an adapter of peft cannot say; use --format merged or pth");
        }

        var all = llama is null
            ? layers[^1] + 1
            : checkpoint.Pairs.Max(pair => LastLayer(llama, pair)) + 1;
        return layers.Count == all ? null : [.. layers.Select(layer => layer!.Value)];
    }

    private static int LastLayer(BaseLlama llama, LoraPair pair)
    {
        var last = pair.Layer!.Value;
        while (llama.Weights.ShapeOf(pair.Weight.Replace($".{pair.Layer}.", $".{last + 1}.", StringComparison.Ordinal))
            is not null)
        {
            last++;
        }

        return last;
    }

    private IEnumerable<(string Name, string Holds)> Files()
    {
        yield return (PeftConfig.FileName, "the adapter's settings");
        yield return (PeftFolder.AdapterFile, $"{_matrices.Count} LoRA matrices");
        if (_others.Count > 0)
            yield return (PeftFolder.ProjectionsFile, TrainedModules.Describe(_checkpoint.Others));
    }

    private IEnumerable<string> Notes()
    {
        if (_others.Count > 0)
        {
            yield return $"an adapter has no place for what is trained beside LoRA: it lies in "
                + $"{PeftFolder.ProjectionsFile}, which peft does not look at";
        }

        if (_config.BaseModel is null)
            yield return "which Llama it adapts is not known; --llama would name it in the settings";

        yield return $"in PyTorch: PeftModel.from_pretrained(llama, \"{_request.Output}\")";
        yield return $"here: model.ckpt: {_request.Output}, {string.Join(", ", PeftFolder.RecipeKeys(_config.Lora))}";
    }
}
