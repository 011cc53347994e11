using EmotionLlama.Checkpoints;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints;

/// <summary>Tensors that are read as they are written.</summary>
public sealed class PendingTensorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private Tensor? _last;
    private int _reads;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_safetensors_file_is_written_one_tensor_at_a_time()
    {
        SafetensorsWriter.WritePending(_folder["a"], [Pending("x", 3), Pending("y", 5), Pending("z", 1)]);

        using var file = SafetensorsFile.Open(_folder["a"]);
        AssertWritten(file);
    }

    [Fact]
    public void A_PyTorch_checkpoint_is_written_one_tensor_at_a_time()
    {
        PendingTensor[] tensors = [Pending("x", 3), Pending("y", 5), Pending("z", 1)];
        TorchCheckpointWriter.Save(_folder["a"], tensors.ToDictionary(tensor => tensor.Name));

        using var file = TorchCheckpoint.Open(_folder["a"]);
        AssertWritten(file);
    }

    [Fact]
    public void One_that_is_not_as_announced_is_never_written()
    {
        var liar = new PendingTensor("x", ScalarType.Float32, [2], () => ones(3));

        Assert.Throws<InvalidOperationException>(() => SafetensorsWriter.WritePending(_folder["a"], [liar]));
        Assert.False(File.Exists(_folder["a"]));
    }

    [Fact]
    public void A_stored_one_of_a_type_that_cannot_be_read_is_named()
    {
        var header = """{"x":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}"""u8;
        _folder.Write("a", [.. BitConverter.GetBytes((long)header.Length), .. header, 0, 0]);
        using var file = SafetensorsFile.Open(_folder["a"]);

        var error = Assert.Throws<InputException>(() => PendingTensor.Of(file, "x")).Message;
        Assert.Contains("`x` is of type F8_E4M3", error, StringComparison.Ordinal);
    }

    private PendingTensor Pending(string name, int size) => new(name, ScalarType.Float32, [size], () =>
    {
        Assert.True(_last?.IsInvalid ?? true, "the tensor before is still in memory");
        _reads++;
        return _last = full(size, (float)size);
    });

    private void AssertWritten(IOpenWeights file)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(3, _reads);
        Assert.Equal(["x", "y", "z"], file.Names);
        Samples.AssertSame(full(5, 5f), file.Read("y"));
    }
}
