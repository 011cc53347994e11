using EmotionLlama.Models;

namespace EmotionLlama.Checkpoints.Exporting;

/// <summary>What was exported.</summary>
public sealed record ExportReport
{
    /// <summary>The format.</summary>
    public required ExportFormat Format { get; init; }

    /// <summary>The file or folder.</summary>
    public required string Output { get; init; }

    /// <summary>The LoRA settings; null where there are no matrices, or nothing gives their alpha.</summary>
    public required LoraSettings? Lora { get; init; }

    /// <summary>The Llama that the weights belong to; null where it is not known.</summary>
    public required string? Llama { get; init; }

    /// <summary>What was written.</summary>
    public required IReadOnlyList<ExportedFile> Files { get; init; }

    /// <summary>How to use it, and what to know; each a line for people.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
