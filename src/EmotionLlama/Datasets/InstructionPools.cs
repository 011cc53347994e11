namespace EmotionLlama.Datasets;

/// <summary>The built-in tasks and our wording of their instructions.</summary>
public static class InstructionPools
{
    /// <summary>Name the emotion in one of the nine words.</summary>
    public const string Emotion = "emotion";

    /// <summary>Explain the emotion, answered by coarse-grained captions.</summary>
    public const string Reason = "reason";

    /// <summary>Explain the emotion, answered by fine-grained captions.</summary>
    public const string ReasonV2 = "reason_v2";

    /// <summary>Describe face and voice, answered by coarse-grained captions.</summary>
    public const string Caption = "caption";

    private const string Labels = "neutral, angry, happy, sad, worried, surprise, fear, contempt, doubt";

    /// <summary>The built-in tasks by name.</summary>
    public static IReadOnlyDictionary<string, TaskDefinition> BuiltIn { get; } = new[]
    {
        new TaskDefinition
        {
            Name = Emotion,
            Source = AnswerSource.Label,
            Instructions =
            [
                $"Which one of these words fits the speaker's emotion: {Labels}?",
                $"Name the speaker's emotion. Choose among {Labels}.",
                $"Watch the face, listen to the voice and pick a single label ({Labels}).",
                $"How is this person feeling? Answer with one word of this list: {Labels}.",
                $"Sort this clip under one heading out of {Labels}.",
                $"One word, please: {Labels}. Which is it?",
            ],
        },
        new TaskDefinition
        {
            Name = Reason,
            Source = AnswerSource.CoarseGrained,
            Field = CaptionFile.CoarseField,
            Instructions =
            [
                "What does the speaker feel, and what gives it away?",
                "Go through face, voice and words, and conclude which emotion they add up to.",
                "Explain step by step how you would tell this person's emotion.",
                "Which emotion is at work here? Back your answer with what can be seen and heard.",
                "Collect the hints in this clip and say which feeling they point to.",
                "Tell me how the person feels and on what evidence.",
            ],
        },
        new TaskDefinition
        {
            Name = ReasonV2,
            Source = AnswerSource.FineGrained,
            Field = CaptionFile.FineField,
            Instructions =
            [
                "Look closely at the face, listen closely to the voice, and argue which emotion this is.",
                "Take the expression, the tone and the spoken line together: which feeling explains them all?",
                "Say in detail what the face and the voice do, then what the speaker must be feeling.",
                "Which clues speak for this person's emotion, and how do they fit with what is said?",
                "Reason from facial movements, tone of voice and meaning of the words to the emotion behind them.",
                "Why would you say this person feels the way they do? Give the signs first, the feeling last.",
            ],
        },
        new TaskDefinition
        {
            Name = Caption,
            Source = AnswerSource.CoarseGrained,
            Field = CaptionFile.CoarseField,
            Instructions =
            [
                "Describe what the speaker's face and voice are doing.",
                "Put the expression and the tone of this clip into words.",
                "How does this person look and sound?",
                "Write down what you notice about the face and the way of speaking.",
                "Sketch the speaker's expression and tone for someone who cannot see or hear the clip.",
                "Report the facial expression and the sound of the voice.",
            ],
        },
    }.ToDictionary(task => task.Name);
}
