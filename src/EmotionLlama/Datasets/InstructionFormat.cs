namespace EmotionLlama.Datasets;

/// <summary>The text around an instruction, as the original project lays it out, blanks included.</summary>
public static class InstructionFormat
{
    /// <summary>Stands where the picture's embeddings are inserted.</summary>
    public const string VideoMark = "<VideoHere>";

    /// <summary>Stands where the features' embeddings are inserted.</summary>
    public const string FeatureMark = "<FeatureHere>";

    /// <summary>What the model is asked about a clip, before the chat template is put around it.</summary>
    /// <param name="sentence">What the person says; may be empty.</param>
    /// <param name="task">The task's name.</param>
    /// <param name="instruction">One of the task's instructions.</param>
    public static string Compose(string sentence, string task, string instruction) =>
        $"<video>{VideoMark}</video> <feature>{FeatureMark}</feature>"
        + $" The person in video says: {sentence}.  [{task}] {instruction} ";
}
