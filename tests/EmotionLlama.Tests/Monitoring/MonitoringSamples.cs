using EmotionLlama.Monitoring;

namespace EmotionLlama.Tests.Monitoring;

/// <summary>Records as a run makes them.</summary>
internal static class MonitoringSamples
{
    public static StepMetrics Step(long step, double loss = 1.5) => new()
    {
        Step = step,
        Epoch = 0,
        Iteration = (int)step,
        Loss = loss,
        LearningRate = 1e-4,
        GradientNorm = 0.75,
        AnswerTokens = 120,
        Tokens = 1900,
        Samples = 4,
        TokensPerSecond = 950,
        SamplesPerSecond = 2,
        MemoryBytes = 1L << 30,
        ElapsedSeconds = 2 * step,
    };

    public static SampleAnswer Answer(long step, string clip = "sample_001", string answer = "The person is sad.") =>
        new()
        {
            Step = step,
            Epoch = 0,
            Clip = clip,
            Task = "reason_v2",
            Instruction = "Which clues tell how the person feels?",
            Expected = "The person is angry.",
            Answer = answer,
        };
}
