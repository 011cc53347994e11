namespace EmotionLlama.Checkpoints.Exporting;

/// <summary>An export that has been checked to the end and only needs to be written.</summary>
internal interface IExport : IDisposable
{
    /// <summary>What it takes on the disk, in bytes, up to headers.</summary>
    long Bytes { get; }

    /// <summary>Writes it, whole or not at all.</summary>
    /// <param name="progress">Hears which file is being written.</param>
    /// <param name="cancellationToken">Stops between two tensors; nothing stays behind.</param>
    ExportReport Write(IProgress<string>? progress, CancellationToken cancellationToken);
}
