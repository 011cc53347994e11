namespace EmotionLlama.Evaluation.Diagnosing;

/// <summary>What is known of one trouble, and what to do about it.</summary>
public sealed record Finding
{
    /// <summary>The trouble.</summary>
    public required Trouble Trouble { get; init; }

    /// <summary>Whether it is there.</summary>
    public required FindingState State { get; init; }

    /// <summary>Why that is known, in a line with figures.</summary>
    public required string Summary { get; init; }

    /// <summary>The figures it shows in.</summary>
    public IReadOnlyList<Figure> Figures { get; init; } = [];

    /// <summary>What to do; empty where the trouble is not there.</summary>
    public IReadOnlyList<Advice> Advice { get; init; } = [];

    /// <summary>The trouble's name for people.</summary>
    public string Title => Trouble switch
    {
        Trouble.GenericAnswers => "generic answers",
        Trouble.Overfitting => "overfitting",
        _ => "inconsistent reasoning",
    };

    /// <summary>All but the figures in a line.</summary>
    public string ToText()
    {
        var advice = string.Join("; ", Advice.Select(advice => advice.Text));
        return $"{Title}: {Summary}{(advice.Length > 0 ? $"; advice: {advice}" : "")}";
    }
}
