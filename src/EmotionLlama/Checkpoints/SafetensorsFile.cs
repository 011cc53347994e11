using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>An open safetensors file.</summary>
public sealed class SafetensorsFile : IOpenWeights
{
    private readonly CheckpointFile _file;
    private readonly SafetensorsHeader _header;

    private SafetensorsFile(CheckpointFile file, SafetensorsHeader header) => (_file, _header) = (file, header);

    /// <inheritdoc/>
    public string Location => _file.Path;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _header.Tensors.Keys;

    /// <summary>The free texts that the file holds beside its tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file and checks its header; no values are read yet.</summary>
    /// <exception cref="InputException">There is no such file, or it is damaged or truncated.</exception>
    public static SafetensorsFile Open(string path)
    {
        var file = CheckpointFile.Open(path);
        try
        {
            return new SafetensorsFile(file, SafetensorsHeader.Read(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<long>? ShapeOf(string name) => _header.Tensors.GetValueOrDefault(name)?.Shape;

    /// <inheritdoc/>
    public TensorDescription? Describe(string name) => _header.Tensors.TryGetValue(name, out var entry)
        ? new(name, entry.Type is { } type ? TorchTypes.Name(type) : entry.TypeName, entry.Shape, entry.ByteCount)
        : null;

    /// <inheritdoc/>
    public Tensor Read(string name)
    {
        if (!_header.Tensors.TryGetValue(name, out var entry))
            throw MissingTensor.In(this, name);

        return _file.ReadTensor(entry.Shape, TypeOf(name, entry), entry.Offset);
    }

    /// <inheritdoc/>
    public StoredValues? Locate(string name) => _header.Tensors.TryGetValue(name, out var entry)
        ? _file.Values(TypeOf(name, entry), entry.Offset, entry.ByteCount)
        : null;

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private ScalarType TypeOf(string name, SafetensorsEntry entry) => entry.Type
        ?? throw new InputException($"{Location}: the tensor `{name.Printable()}` is of type {entry.TypeName}, which "
            + "is not supported; convert it to F16, BF16 or F32 first");
}
