using EmotionLlama.Datasets;

namespace EmotionLlama.Evaluation;

/// <summary>What the model said about a labelled clip.</summary>
/// <param name="Name">The clip.</param>
/// <param name="Label">Its label.</param>
/// <param name="Predicted">The emotion that the answer concludes with; null where it names none.</param>
/// <param name="Answer">The answer.</param>
public sealed record ClipPrediction(string Name, Emotion Label, Emotion? Predicted, string Answer)
{
    /// <summary>Whether the answer refuses to say what the person feels.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>Reads the emotion out of an answer.</summary>
    public static ClipPrediction Of(string name, Emotion label, string answer)
    {
        var (predicted, isRefusal) = AnswerLabel.Read(answer);
        return new ClipPrediction(name, label, predicted, answer) { IsRefusal = isRefusal };
    }
}
