using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>Named tensors that a model is built from: a checkpoint file, a folder of shards, a random initializer.
/// Names are those of the original PyTorch modules.</summary>
public interface IWeightSource
{
    /// <summary>Where the tensors come from, for error messages: a file or folder.</summary>
    string Location { get; }

    /// <summary>The names of all tensors, in the order of the source.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>The shape of a tensor, without reading its values; null where the source has no such tensor.</summary>
    IReadOnlyList<long>? ShapeOf(string name);

    /// <summary>Reads one tensor on the CPU, in the data type it is stored in. The caller owns and disposes it; it
    /// may be a read-only view of a mapped file, so it is never changed in place.</summary>
    /// <exception cref="InputException">The source has no tensor of that name, or it cannot be read.</exception>
    Tensor Read(string name);

    /// <summary>Where a tensor's values lie in a file that stays open as long as this source, so that they can be read
    /// piece by piece; null where there is no such tensor, or its values do not lie behind one another in a file.
    /// </summary>
    /// <exception cref="InputException">Its file is damaged, or it is of a type that cannot be read.</exception>
    StoredValues? Locate(string name) => null;
}
