using EmotionLlama.Checkpoints.Pickling;
using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>
/// A checkpoint that PyTorch's <c>torch.save</c> wrote (<c>.pth</c>, <c>.pt</c>, <c>.bin</c>), of the zip format or the
/// one before PyTorch 1.6. Reading it runs nothing: what it may hold are tensors, containers and plain values.
/// </summary>
public sealed class TorchCheckpoint : IOpenWeights
{
    /// <summary>Where a state dictionary may lie in a checkpoint that also holds an optimizer and the like.</summary>
    private static readonly string[] StateKeys = ["model", "state_dict", "module"];

    private readonly CheckpointFile _file;
    private readonly OrderedDictionary<string, StoredTensor> _weights;

    private TorchCheckpoint(CheckpointFile file, object? root)
    {
        _file = file;
        Root = root;
        _weights = FindWeights(root);
    }

    /// <summary>
    /// All objects of the checkpoint: dictionaries are <c>OrderedDictionary&lt;object, object?&gt;</c>, lists and sets
    /// <c>List&lt;object?&gt;</c>, tuples <see cref="PythonTuple"/>, integers <see cref="long"/> or
    /// <see cref="System.Numerics.BigInteger"/>, other numbers <see cref="double"/>, text <see cref="string"/>, bytes
    /// an array, tensors <see cref="StoredTensor"/>, data types <see cref="ScalarType"/>, devices their names, NumPy
    /// arrays <see cref="NumpyArray"/>. The tree has no cycles and is at most 200 levels deep.
    /// </summary>
    public object? Root { get; }

    /// <inheritdoc/>
    public string Location => _file.Path;

    /// <summary>The names of the tensors of the state dictionary: the root where it holds tensors, or else its
    /// <c>model</c>, <c>state_dict</c> or <c>module</c>.</summary>
    public IReadOnlyCollection<string> Names => _weights.Keys;

    /// <summary>Opens a checkpoint and reads its objects, but not the values of its tensors.</summary>
    /// <exception cref="InputException">There is no such file, it is damaged or no checkpoint, or it asks for a class
    /// or function that is not a tensor's or a plain value's.</exception>
    public static TorchCheckpoint Open(string path)
    {
        var file = CheckpointFile.Open(path);
        try
        {
            var root = FileKinds.Detect(file) switch
            {
                FileKind.Zip => TorchZipFormat.Read(file),
                FileKind.Pickle => TorchLegacyFormat.Read(file),
                FileKind.Safetensors =>
                    throw new InputException($"{path}: is a safetensors file, no PyTorch checkpoint"),
                _ => throw FileKinds.Unknown(file, "a PyTorch checkpoint"),
            };
            return new TorchCheckpoint(file, root);
        }
        catch (PickleException e)
        {
            file.Dispose();
            throw new InputException($"{path}: {e.Message.Printable()}", e);
        }
        catch (IOException e)
        {
            file.Dispose();
            throw new InputException($"{path}: cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<long>? ShapeOf(string name) => _weights.GetValueOrDefault(name)?.Shape;

    /// <inheritdoc/>
    public TensorDescription? Describe(string name) => _weights.TryGetValue(name, out var stored)
        ? new(name, TorchTypes.Name(stored.Type), stored.Shape, stored.Count * TorchTypes.ElementBytes(stored.Type))
        : null;

    /// <inheritdoc/>
    public Tensor Read(string name) =>
        _weights.TryGetValue(name, out var stored) ? stored.Read() : throw MissingTensor.In(this, name);

    /// <inheritdoc/>
    public StoredValues? Locate(string name) => _weights.GetValueOrDefault(name)?.Locate();

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static OrderedDictionary<string, StoredTensor> FindWeights(object? root)
    {
        var weights = TensorsOf(root);
        foreach (var key in StateKeys)
        {
            if (weights.Count == 0 && root is OrderedDictionary<object, object?> dictionary)
                weights = TensorsOf(dictionary.GetValueOrDefault(key));
        }

        return weights;
    }

    private static OrderedDictionary<string, StoredTensor> TensorsOf(object? value)
    {
        var tensors = new OrderedDictionary<string, StoredTensor>(StringComparer.Ordinal);
        if (value is not OrderedDictionary<object, object?> dictionary)
            return tensors;

        foreach (var (key, item) in dictionary)
        {
            if (key is string name && item is StoredTensor tensor)
                tensors.Add(name, tensor);
        }

        return tensors;
    }
}
