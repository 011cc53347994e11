using EmotionLlama.Checkpoints.Pickling;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>PyTorch's class of a storage, while a checkpoint is read.</summary>
internal sealed record TorchStorageType(ScalarType Type) : IPickleOnly
{
    /// <inheritdoc/>
    public override string ToString() => $"the class torch.{TorchTypes.StorageName(Type)}";
}
