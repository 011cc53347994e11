using static TorchSharp.torch;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>The CUDA sources that this library brings.</summary>
internal static class KernelSource
{
    private const string Shared = "Common.cu";

    /// <summary>Compiles a source for a data type, behind what all sources share, and loads it into the context in use.
    /// </summary>
    /// <param name="name">The file, such as <c>Kernels.cu</c>.</param>
    /// <param name="type">The data type that its kernels read and write.</param>
    /// <returns>The module.</returns>
    public static nint Load(string name, ScalarType type)
    {
        var element = type switch
        {
            ScalarType.Float32 => "float",
            ScalarType.Float16 => "f16",
            ScalarType.BFloat16 => "bf16",
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no kernels for this data type"),
        };
        return CudaApi.LoadModule(KernelCompiler.Compile(
            Read(Shared) + Read(name), CudaApi.ComputeCapability(), $"ELEMENT={element}"));
    }

    private static string Read(string name)
    {
        using var stream = typeof(KernelSource).Assembly.GetManifestResourceStream(typeof(KernelSource), name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
