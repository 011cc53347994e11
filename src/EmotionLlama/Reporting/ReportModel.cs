using EmotionLlama.Evaluation;
using EmotionLlama.Evaluation.Diagnosing;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Reporting;

/// <summary>Everything an HTML report of a run shows. What is null or empty is left out.</summary>
public sealed record ReportModel
{
    /// <summary>The heading.</summary>
    public required string Title { get; init; }

    /// <summary>One line below the heading, such as what was trained on what.</summary>
    public string? Subtitle { get; init; }

    /// <summary>The steps of the run, by growing step: the metric log.</summary>
    public IReadOnlyList<StepMetrics> Steps { get; init; } = [];

    /// <summary>The evaluations on held-out clips, by growing step.</summary>
    public IReadOnlyList<ValidationMetrics> Validation { get; init; } = [];

    /// <summary>The best evaluation.</summary>
    public BestMetric? Best { get; init; }

    /// <summary>The troubles that the evaluations show.</summary>
    public Diagnosis? Diagnosis { get; init; }

    /// <summary>The loss at the beginning; null takes <see cref="LossCurve.First"/>.</summary>
    public double? LossFirst { get; init; }

    /// <summary>The loss at the end; null takes <see cref="LossCurve.Last"/>.</summary>
    public double? LossLast { get; init; }

    /// <summary>Duration of the whole run.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Accuracy before and after, and with modalities withheld.</summary>
    public AccuracyComparison Accuracy { get; init; } = new();

    /// <summary>The scores on held-out clips after training.</summary>
    public ClassificationReport? Classification { get; init; }

    /// <summary>The measures of an evaluation.</summary>
    public RecognitionMetrics? Recognition { get; init; }

    /// <summary>Which modality drives the labels.</summary>
    public ModalityReport? Modalities { get; init; }

    /// <summary>Clips and the model's answers about them.</summary>
    public IReadOnlyList<ReportClip> Clips { get; init; } = [];

    /// <summary>The data report, as plain text.</summary>
    public string? DataReport { get; init; }

    /// <summary>The recipe, as YAML.</summary>
    public string? Recipe { get; init; }

    /// <summary>The machine and the versions, as name and value.</summary>
    public IReadOnlyList<(string Name, string Value)> Machine { get; init; } = [];
}
