using static TorchSharp.torch;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>A file of kernels, compiled for a data type and loaded into the GPU in use.</summary>
/// <param name="file">The file, such as <c>Kernels.cu</c>; what all kernels share is put in front of it.</param>
/// <param name="type">float32, float16 or bfloat16.</param>
internal sealed class KernelModule(string file, ScalarType type)
{
    private readonly nint _module = CudaApi.LoadModule(KernelCompiler.Compile(
        Source("Common.cu") + Source(file), CudaApi.ComputeCapability(), $"ELEMENT={NameOf(type)}"));

    /// <summary>A kernel.</summary>
    public nint this[string name] => CudaApi.Function(_module, name);

    private static string NameOf(ScalarType type) => type switch
    {
        ScalarType.Float32 => "float",
        ScalarType.Float16 => "f16",
        ScalarType.BFloat16 => "bf16",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no kernels for this data type"),
    };

    private static string Source(string file)
    {
        using var stream = typeof(KernelModule).Assembly.GetManifestResourceStream(typeof(KernelModule), file)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
