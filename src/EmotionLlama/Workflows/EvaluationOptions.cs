using EmotionLlama.Evaluation;

namespace EmotionLlama.Workflows;

/// <summary>What an evaluation does besides what its recipe says.</summary>
public sealed record EvaluationOptions
{
    /// <summary>The evaluation data sets to answer about; none means all of the recipe's.</summary>
    public IReadOnlyList<string> Datasets { get; init; } = [];

    /// <summary>Whether answers of an earlier, interrupted evaluation are thrown away.</summary>
    public bool Restart { get; init; }

    /// <summary>The columns of the CSV file of predictions.</summary>
    public PredictionFormat Format { get; init; } = PredictionFormat.Default;

    /// <summary>Whether the clips are also answered with face, voice and words withheld in turn.</summary>
    public bool WithholdEach { get; init; }
}
