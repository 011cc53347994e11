namespace EmotionLlama.Datasets;

/// <summary>What is in a data set and what is wrong with it, found before training. Clips are listed by name, each
/// once, in the order of the annotations.</summary>
public sealed record DataReport
{
    /// <summary>The data set's name in the recipe.</summary>
    public required string Dataset { get; init; }

    /// <summary>Lines of the annotation file.</summary>
    public required int Clips { get; init; }

    /// <summary>Lines with each label, for all nine labels of MERR and what else occurs.</summary>
    public required IReadOnlyDictionary<string, int> Labels { get; init; }

    /// <summary>The tasks.</summary>
    public required IReadOnlyList<TaskReport> Tasks { get; init; }

    /// <summary>Lengths of the prompts' texts with the longest instruction of all tasks. What is inserted for picture
    /// and features, and the chat template, come on top.</summary>
    public required LengthSummary PromptTokens { get; init; }

    /// <summary>The most answer tokens, end symbol included; longer answers are cut.</summary>
    public required int MaxAnswerTokens { get; init; }

    /// <summary>Names of the modalities that the recipe withholds; their files were not looked for.</summary>
    public required IReadOnlyList<string> Withheld { get; init; }

    /// <summary>Clips that the annotation file has several lines for.</summary>
    public required IReadOnlyList<string> AnnotatedTwice { get; init; }

    /// <summary>Clips without a line in the transcripts. Reading one fails.</summary>
    public required IReadOnlyList<string> WithoutTranscript { get; init; }

    /// <summary>Clips whose transcript is empty.</summary>
    public required IReadOnlyList<string> WithEmptyTranscript { get; init; }

    /// <summary>Clips that the transcripts have several lines for; the first counts.</summary>
    public required IReadOnlyList<string> TranscribedTwice { get; init; }

    /// <summary>Clips that a caption file has several records for; the last counts.</summary>
    public required IReadOnlyList<string> CaptionedTwice { get; init; }

    /// <summary>Clips that lack files and are made into frames and features of their own file whenever they are read.
    /// </summary>
    public IReadOnlyList<string> MadeWhenRead { get; init; } = [];

    /// <summary>Missing or unreadable files. Reading a clip with one fails.</summary>
    public required IReadOnlyList<FileProblem> FileProblems { get; init; }

    /// <summary>Clips that cannot be read for at least one task: they stop a run, or are skipped.</summary>
    public IReadOnlyList<string> UnreadableClips =>
    [
        .. Tasks.SelectMany(task => task.WithoutAnswer.Concat(task.WithEmptyAnswer))
            .Concat(WithoutTranscript)
            .Concat(FileProblems.Select(problem => problem.Clip))
            .Distinct(),
    ];

    /// <summary>The report as lines of plain text, one fact a line. Long lists of names are cut short.</summary>
    public string ToText() => DataReportText.Render(this);
}
