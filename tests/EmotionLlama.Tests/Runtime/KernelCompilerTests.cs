using EmotionLlama.Runtime.Cuda;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Runtime;

/// <summary>The CUDA kernels' machine code, for which no GPU is needed.</summary>
public sealed class KernelCompilerTests
{
    /// <summary>Turing, Ampere, Ada and Hopper.</summary>
    public static TheoryData<int, ScalarType> Targets => new MatrixTheoryData<int, ScalarType>(
        [75, 80, 86, 89, 90], [ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16]);

    [Theory]
    [MemberData(nameof(Targets))]
    public void Every_kernel_compiles_for_every_generation_of_GPUs(int capability, ScalarType type)
    {
        NeedCompiler();
        string[][] modules =
        [
            FusedKernels.Files, DecodeKernels.Files, QuantizationKernels.Files, VisionKernels.Files,
            .. HopperUnits.Serve(capability, type)
                ? [HopperAttention.Files, HopperRotation.Files, HopperProducts.Files]
                : Array.Empty<string[]>(),
        ];

        Assert.All(modules, files => Assert.NotEmpty(KernelModule.Compile(type, capability, files)));
    }

    [Fact]
    public void What_does_not_compile_is_shown_with_its_line()
    {
        NeedCompiler();

        var error = Assert.Throws<InvalidOperationException>(() => KernelCompiler.Load().Compile("\nint x = nothing;", 80));

        Assert.Contains("(2): error: identifier \"nothing\" is undefined", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_compiler_that_is_missing_is_named_with_where_it_was_looked_for()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var error = Assert.Throws<InputException>(() => KernelCompiler.LoadLibrary(["libnowhere.so"], folder.FullName));

            Assert.StartsWith("NVRTC is missing", error.Message, StringComparison.Ordinal);
            Assert.Contains(folder.FullName, error.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete();
        }
    }

    private static void NeedCompiler()
    {
        try
        {
            KernelCompiler.Load();
        }
        catch (InputException e)
        {
            Assert.Skip($"{e.Message} (Debian 13: libnvrtc12, of non-free)");
        }
    }
}
