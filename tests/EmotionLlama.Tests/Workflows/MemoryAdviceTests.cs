using System.Runtime.InteropServices;
using EmotionLlama.Configuration;
using EmotionLlama.Runtime;
using EmotionLlama.Workflows;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Workflows;

/// <summary>What a person is told where memory is not enough.</summary>
public sealed class MemoryAdviceTests
{
    private static readonly Recipe Wide = new()
    {
        Model = new ModelRecipe(),
        Datasets = new Dictionary<string, DatasetRecipe> { ["merr"] = new() { BatchSize = 16 } },
        EvaluationDatasets = new Dictionary<string, EvaluationDatasetRecipe>(),
        Run = new RunRecipe { Device = "cpu" },
    };

    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 1.00 GiB.")]
    [InlineData("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 4096 bytes.")]
    public void Errors_of_full_memory_become_one_line_that_says_what_to_change(string message)
    {
        var error = Assert.Throws<InputException>(() => MemoryAdvice.Guard<int>(
            Wide, MemoryUse.Training, () => throw new NativeError(message)));

        Assert.Equal(
            "the host's memory is not enough; set model.use_grad_checkpoint to selective, or datasets.*.batch_size lower "
            + "(now 16) and run.accum_grad_iters higher (now 1), or model.frozen_weights to nf4",
            error.Message);
    }

    /// <summary>More than any machine has, asked of libtorch itself.</summary>
    [Fact]
    public void Libtorch_s_own_error_is_known() => Assert.Throws<InputException>(() => MemoryAdvice.Guard(
        Wide, MemoryUse.Loading, () => empty([1L << 56], ScalarType.Byte, CPU).shape));

    [Fact]
    public void Other_errors_pass()
    {
        Assert.Throws<NativeError>(() => MemoryAdvice.Guard<int>(
            Wide, MemoryUse.Training, () => throw new NativeError("expected a tensor of two dimensions")));
        Assert.False(OutOfMemory.Is(new OperatorException("aten::mm", "sizes differ")));
        Assert.True(OutOfMemory.Is(new InvalidOperationException(
            "a step failed", new OperatorException("aten::mm", "CUDA out of memory."))));
    }

    [Fact]
    public void Nothing_is_advised_that_is_already_so()
    {
        var small = Wide with
        {
            Model = new ModelRecipe { UseGradCheckpoint = GradCheckpoint.Selective, FrozenWeights = FrozenFormat.Nf4 },
            Datasets = new Dictionary<string, DatasetRecipe> { ["merr"] = new() { BatchSize = 1 } },
        };

        Assert.Equal("set model.use_grad_checkpoint to true", MemoryAdvice.Advice(small, MemoryUse.Training));
        Assert.StartsWith("nothing in the recipe takes less", MemoryAdvice.Advice(small, MemoryUse.Answering), StringComparison.Ordinal);
    }

    /// <summary>What TorchSharp throws.</summary>
    private sealed class NativeError(string message) : ExternalException(message);
}
