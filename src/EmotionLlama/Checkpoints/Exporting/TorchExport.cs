using EmotionLlama.Models;

namespace EmotionLlama.Checkpoints.Exporting;

/// <summary>A PyTorch checkpoint in the original's layout: the trained weights under <c>model</c>, under the names of
/// the version of peft that the original uses. Where they are known, LoRA's settings are kept under <c>config</c>,
/// where the original keeps its recipe.</summary>
internal sealed class TorchExport : IExport
{
    private readonly TrainedCheckpoint _checkpoint;
    private readonly LoraSettings? _lora;
    private readonly ExportRequest _request;
    private readonly IReadOnlyList<PendingTensor> _tensors;

    public TorchExport(TrainedCheckpoint checkpoint, LoraSettings? lora, ExportRequest request)
    {
        (_checkpoint, _lora, _request) = (checkpoint, lora, request);
        _tensors = [.. checkpoint.Names.Select(name => checkpoint.Pending(name))];
    }

    /// <inheritdoc/>
    public long Bytes => _tensors.Sum(tensor => tensor.Bytes);

    /// <inheritdoc/>
    public ExportReport Write(IProgress<string>? progress, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var root = new Dictionary<string, object?>
        {
            ["model"] = _tensors.ToDictionary(tensor => tensor.Name, object? (tensor) => tensor),
        };
        if (_lora is not null)
        {
            root["config"] = new Dictionary<string, object?>
            {
                ["model"] = new Dictionary<string, object?>
                {
                    ["arch"] = "minigpt_v2",
                    ["lora_r"] = (long)_lora.Rank,
                    ["lora_alpha"] = _lora.Alpha,
                    ["lora_dropout"] = _lora.Dropout,
                    ["lora_target_modules"] = _lora.Targets.ToList<object?>(),
                },
            };
        }

        progress?.Report($"writing {_request.Output}");
        TorchCheckpointWriter.Save(_request.Output, root);
        return new ExportReport
        {
            Format = ExportFormat.Pth,
            Output = _request.Output,
            Lora = _lora,
            Llama = BaseLlama.NameOf(_checkpoint, _request),
            Files =
            [
                new(Path.GetFileName(_request.Output), new FileInfo(_request.Output).Length,
                    $"model: {_tensors.Count} tensors" + (_lora is null ? "" : "; config: LoRA's settings")),
            ],
            Notes = [.. Notes()],
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private IEnumerable<string> Notes()
    {
        yield return $"in the original and here: model.ckpt: {_request.Output}"
            + (_lora is null ? "" : ", " + string.Join(", ", PeftFolder.RecipeKeys(_lora)));
        yield return "weights only: a run can start from it, but not go on where it stopped";
        if (_lora is null && _checkpoint.Rank > 0)
            yield return "LoRA's alpha is not known and not in the file; --cfg-path or --lora-alpha would put it there";
    }
}
