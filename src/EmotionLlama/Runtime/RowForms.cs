namespace EmotionLlama.Runtime;

/// <summary>In which forms rows are wanted by what reads them.</summary>
[Flags]
internal enum RowForms
{
    /// <summary>In the data type of the arithmetic.</summary>
    Wide = 1,

    /// <summary>In 8-bit floating point.</summary>
    Fp8 = 2,
}
