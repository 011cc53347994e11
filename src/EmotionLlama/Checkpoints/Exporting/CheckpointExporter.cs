using EmotionLlama.Runtime;

namespace EmotionLlama.Checkpoints.Exporting;

/// <summary>Exports trained weights for other programs: peft, transformers, the original Emotion-LLaMA.</summary>
public static class CheckpointExporter
{
    /// <summary>Exports trained weights. Everything is checked before anything is written, and the output is complete
    /// or absent.</summary>
    /// <param name="request">What to export, and as what.</param>
    /// <param name="progress">Hears which file is being written.</param>
    /// <param name="cancellationToken">Stops between two tensors; nothing stays behind.</param>
    /// <exception cref="InputException">The checkpoint holds nothing to export or does not say how its LoRA is scaled,
    /// the Llama is missing or another one, there is something at the output's place already, or too little room.
    /// </exception>
    public static ExportReport Export(
        ExportRequest request, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Format != ExportFormat.Pth)
            AtomicFolder.CheckFree(request.Output);
        else if (Path.Exists(request.Output))
            throw new InputException($"{request.Output}: exists; name a new file, or remove this one");

        using var checkpoint = TrainedCheckpoint.Open(request.Checkpoint);
        var lora = LoraFinder.Find(checkpoint, request);
        using IExport export = request.Format switch
        {
            ExportFormat.Peft => new PeftExport(checkpoint, LoraFinder.Need(lora, checkpoint), request),
            ExportFormat.Merged => new MergedExport(checkpoint, LoraFinder.Need(lora, checkpoint), request),
            _ => new TorchExport(checkpoint, lora, request),
        };
        DiskSpace.Need(request.Output, export.Bytes);
        return export.Write(progress, cancellationToken);
    }
}
