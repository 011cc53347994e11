using static TorchSharp.torch;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>Kernels, compiled for a data type and loaded into the GPU in use.</summary>
/// <param name="type">float32, float16 or bfloat16.</param>
/// <param name="files">Their files, such as <c>Gates.cu</c>, each of which may use those before it; what all kernels share
/// is put in front.</param>
internal sealed class KernelModule(ScalarType type, params string[] files)
{
    private readonly nint _module = CudaApi.LoadModule(Compile(type, CudaApi.ComputeCapability(), files));

    /// <summary>A kernel.</summary>
    public nint this[string name] => CudaApi.Function(_module, name);

    /// <summary>Whether there are kernels for tensors on a device and of a data type.</summary>
    public static bool Serves(TorchSharp.DeviceType device, ScalarType type) => device == TorchSharp.DeviceType.CUDA
        && type is ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16;

    /// <summary>The machine code of kernels, for which no GPU is needed.</summary>
    /// <param name="type">float32, float16 or bfloat16.</param>
    /// <param name="capability">The GPU's compute capability, such as 90.</param>
    /// <param name="files">Their files.</param>
    /// <exception cref="InputException">The compiler is not installed.</exception>
    public static byte[] Compile(ScalarType type, int capability, params IEnumerable<string> files) =>
        KernelCompiler.Load().Compile(
            string.Concat(files.Prepend("Common.cu").Select(Source)), capability, $"ELEMENT={NameOf(type)}");

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
