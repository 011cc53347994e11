namespace EmotionLlama.Configuration;

/// <summary>How the frozen matrices of the Llama's layers are stored and multiplied.</summary>
public enum FrozenFormat
{
    /// <summary>In the data type of the arithmetic.</summary>
    Auto,

    /// <summary>8-bit floating point, inputs and gradients too: the fastest on GPUs that multiply it (NVIDIA's Ada and Hopper,
    /// or later).</summary>
    Fp8,

    /// <summary>4-bit NormalFloat, multiplied in the data type of the arithmetic: a quarter of the memory, for small
    /// GPUs.</summary>
    Nf4,
}
