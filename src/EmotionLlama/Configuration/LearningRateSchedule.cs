using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Configuration;

/// <summary>Learning-rate schedules.</summary>
public enum LearningRateSchedule
{
    /// <summary><c>linear_warmup_cosine_lr</c>: linear warm-up, then a cosine down to the last rate.</summary>
    [RecipeValue("linear_warmup_cosine_lr")]
    LinearWarmupCosine,

    /// <summary><c>linear_warmup_step_lr</c>: linear warm-up in the first epoch, then a factor per epoch.</summary>
    [RecipeValue("linear_warmup_step_lr")]
    LinearWarmupStep,

    /// <summary><c>constant</c>: the same rate throughout.</summary>
    [RecipeValue("constant", "constant_lr")]
    Constant,
}
