using static TorchSharp.torch;

namespace EmotionLlama.Distributed;

/// <summary>What carries tensors between the ranks.</summary>
internal interface ITensorExchange : IDisposable
{
    /// <summary>Its name for people, such as <c>NCCL 2.27.3</c>.</summary>
    string Name { get; }

    /// <summary>Starts to put the sum over all ranks in place of the values; sums end in the order in which they were
    /// started.</summary>
    /// <param name="values">Contiguous float32.</param>
    IPendingExchange Start(Tensor values);
}
