using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>A tensor that is made when its turn comes to be written, so that many together need not fit into memory.
/// </summary>
/// <param name="Type">The type of its values.</param>
/// <param name="Shape">The size of each dimension.</param>
/// <param name="Make">Makes it; the result is contiguous on the CPU and belongs to the caller.</param>
internal sealed record DeferredTensor(ScalarType Type, IReadOnlyList<long> Shape, Func<Tensor> Make);
