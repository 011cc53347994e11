using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Configuration;

/// <summary>Precision of the frozen weights and of the arithmetic; trained weights are always float32.</summary>
public enum Amp
{
    /// <summary>bfloat16 on a GPU, float32 on a CPU.</summary>
    [RecipeValue("true", "auto")]
    Auto,

    /// <summary>float32.</summary>
    [RecipeValue("fp32", "false")]
    Fp32,

    /// <summary>bfloat16.</summary>
    Bf16,

    /// <summary>float16, with loss scaling.</summary>
    Fp16,
}
