namespace EmotionLlama.Configuration;

/// <summary>How the share of samples in a curriculum grows from its start to all.</summary>
public enum CurriculumPacing
{
    /// <summary>By the same amount in every step: <c>c₀ + (1 − c₀) t</c>.</summary>
    Linear,

    /// <summary>Fast at first: <c>√(c₀² + (1 − c₀²) t)</c>, so that every sample gets the same time to be learned
    /// (Platanios et al., 2019).</summary>
    Root,

    /// <summary>In equal jumps.</summary>
    Step,
}
