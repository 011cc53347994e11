using EmotionLlama.Evaluation;

namespace EmotionLlama.Workflows;

/// <summary>The clips of a test set, answered about once: with everything present, or without a modality.</summary>
/// <param name="Set">The test set.</param>
/// <param name="Withheld">The modality; null for none.</param>
/// <param name="Clips">The clips.</param>
/// <param name="Folder">The folder of the test set's results.</param>
/// <param name="MadeWith">Everything that the answers depend on.</param>
internal sealed record EvaluationPass(
    EvaluationSet Set,
    string? Withheld,
    ReadableClips Clips,
    string Folder,
    IReadOnlyDictionary<string, string> MadeWith)
{
    /// <summary>What it is called in messages.</summary>
    public string Title => Withheld is null ? Set.Name : $"{Set.Name} without {Withheld}";

    /// <summary>The log of its answers.</summary>
    public string Log => File("answers", "log.jsonl");

    /// <summary>Whether an earlier run has answered about all clips.</summary>
    public bool IsAnswered => AnswerLog.Count(Log) >= Clips.Count;

    /// <summary>A file of its own in the folder.</summary>
    public string File(string name, string extension) =>
        Path.Combine(Folder, Withheld is null ? $"{name}.{extension}" : $"{name}_without_{Withheld}.{extension}");
}
