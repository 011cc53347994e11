using System.Numerics;
using EmotionLlama.Checkpoints;
using EmotionLlama.Checkpoints.Pickling;
using EmotionLlama.Checkpoints.Zip;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints;

public sealed class TorchCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    private string Target => _folder["checkpoint.pth"];

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Tensors_of_every_type_and_layout_come_back_with_type_shape_values_and_order()
    {
        var tensors = Samples.Create();

        TorchCheckpointWriter.Save(Target, tensors);

        using var checkpoint = TorchCheckpoint.Open(Target);
        Assert.Equal(tensors.Keys, checkpoint.Names);
        foreach (var (name, tensor) in tensors)
        {
            Assert.Equal(tensor.shape, checkpoint.ShapeOf(name));
            Samples.AssertSame(tensor, checkpoint.Read(name));
        }
    }

    [Fact]
    public void Plain_values_come_back_as_what_they_were()
    {
        object?[] values =
        [
            null, true, false, "text é \u4f60", "", 0L, 255L, 256L, 65535L, 65536L, -1L, int.MinValue - 1L,
            long.MaxValue, long.MinValue, (BigInteger)ulong.MaxValue, BigInteger.Pow(-7, 99), 0.1,
            double.NegativeInfinity, ScalarType.BFloat16,
        ];

        TorchCheckpointWriter.Save(Target, values);

        using var checkpoint = TorchCheckpoint.Open(Target);
        Assert.Equal(values, Assert.IsType<List<object?>>(checkpoint.Root));
        Assert.Empty(checkpoint.Names);
    }

    [Fact]
    public void Dictionaries_lists_tuples_and_bytes_nest()
    {
        TorchCheckpointWriter.Save(Target, new Dictionary<string, object?>
        {
            ["betas"] = (0.9, 0.999f),
            ["five"] = new PythonTuple(1, 2, 3, 4, 5),
            ["none"] = new PythonTuple(),
            ["params"] = new List<int> { 1, 2 },
            ["state"] = new Dictionary<int, object> { [7] = new Dictionary<string, object> { ["step"] = tensor(2f) } },
            ["bytes"] = new byte[] { 0, 128, 255 },
            ["empty"] = Array.Empty<string>(),
        });

        using var checkpoint = TorchCheckpoint.Open(Target);
        var root = Assert.IsType<OrderedDictionary<object, object?>>(checkpoint.Root);
        Assert.Equal(new PythonTuple(0.9, (double)0.999f), root["betas"]);
        Assert.Equal(new PythonTuple(1L, 2L, 3L, 4L, 5L), root["five"]);
        Assert.Equal(new PythonTuple(), root["none"]);
        Assert.Equal([1L, 2L], Assert.IsType<List<object?>>(root["params"]));
        var state = Assert.IsType<OrderedDictionary<object, object?>>(root["state"]);
        var first = Assert.IsType<OrderedDictionary<object, object?>>(state[7L]);
        Samples.AssertSame(tensor(2f), Assert.IsType<StoredTensor>(first["step"]).Read());
        Assert.Equal(new byte[] { 0, 128, 255 }, root["bytes"]);
        Assert.Empty(Assert.IsType<List<object?>>(root["empty"]));
    }

    [Theory]
    [InlineData("model")]
    [InlineData("state_dict")]
    [InlineData("module")]
    public void The_state_dictionary_is_found_under_its_usual_keys(string key)
    {
        TorchCheckpointWriter.Save(Target, new Dictionary<string, object?>
        {
            ["epoch"] = 3,
            [key] = new Dictionary<string, object?> { ["weight"] = ones(2), ["version"] = 1 },
        });

        using var checkpoint = TorchCheckpoint.Open(Target);
        Assert.Equal(["weight"], checkpoint.Names);
        Samples.AssertSame(ones(2), checkpoint.Read("weight"));
    }

    [Fact]
    public void A_tensor_that_occurs_twice_is_stored_once()
    {
        var shared = rand(1000);

        TorchCheckpointWriter.Save(Target, new OrderedDictionary<string, Tensor> { ["a"] = shared, ["b"] = shared });

        Assert.InRange(new FileInfo(Target).Length, 4000, 7000);
        using var checkpoint = TorchCheckpoint.Open(Target);
        Samples.AssertSame(shared, checkpoint.Read("a"));
        Samples.AssertSame(shared, checkpoint.Read("b"));
    }

    [Fact]
    public void Tensors_of_an_open_checkpoint_can_be_saved_in_another()
    {
        TorchCheckpointWriter.Save(Target, new Dictionary<string, object?> { ["a"] = arange(4).T, ["b"] = "kept" });

        using (var first = TorchCheckpoint.Open(Target))
            TorchCheckpointWriter.Save(_folder["copy.pth"], first.Root);

        Assert.Equal(File.ReadAllBytes(Target), File.ReadAllBytes(_folder["copy.pth"]));
    }

    [Fact]
    public void A_parameter_that_needs_a_gradient_is_saved_as_its_values()
    {
        using var layer = nn.Linear(2, 3);

        TorchCheckpointWriter.Save(Target, layer.state_dict());

        using var checkpoint = TorchCheckpoint.Open(Target);
        var weight = checkpoint.Read("weight");
        Assert.False(weight.requires_grad);
        Samples.AssertSame(layer.weight!.detach(), weight);
    }

    [Fact]
    public void What_cannot_be_saved_is_refused_before_anything_is_written()
    {
        var itself = new List<object>();
        itself.Add(itself);

        Assert.Throws<ArgumentException>(() => TorchCheckpointWriter.Save(Target, new[] { new Uri("file:///") }));
        Assert.Throws<ArgumentException>(() => TorchCheckpointWriter.Save(Target, itself));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Reading_leaves_no_tensor_behind_but_the_ones_it_returns()
    {
        TorchCheckpointWriter.Save(Target, Samples.Create());
        using var checkpoint = TorchCheckpoint.Open(Target);
        var statistics = DisposeScopeManager.Statistics;
        var before = statistics.ThreadTotalLiveCount;

        using (var transposed = checkpoint.Read("transposed"))
        using (var plain = checkpoint.Read("of Float32"))
            Assert.Equal(before + 2, statistics.ThreadTotalLiveCount);

        Assert.Equal(before, statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void An_archive_without_a_pickle_is_no_checkpoint()
    {
        WriteArchive(archive => archive.Add("archive/other", [1]));

        Assert.Contains("it has no data.pkl", OpenError(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_in_big_endian_order_is_refused()
    {
        WriteArchive(archive =>
        {
            archive.Add("archive/data.pkl", [0x80, 2, (byte)'N', (byte)'.']);
            archive.Add("archive/byteorder", "big"u8.ToArray());
        });

        Assert.Contains("big-endian", OpenError(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_storage_that_is_missing_or_of_another_size_is_named()
    {
        TorchCheckpointWriter.Save(Target, new[] { ones(3) });
        var pickle = ReadEntry("archive/data.pkl");

        WriteArchive(archive => archive.Add("archive/data.pkl", pickle));
        Assert.Contains("the storage 0 is missing", OpenError(), StringComparison.Ordinal);

        WriteArchive(archive =>
        {
            archive.Add("archive/data.pkl", pickle);
            archive.Add("archive/data/0", new byte[8]);
        });
        Assert.Contains("the storage 0 has 8 bytes where its 3 values take 12", OpenError(), StringComparison.Ordinal);
    }

    private string OpenError() => Assert.Throws<InputException>(() => TorchCheckpoint.Open(Target)).Message;

    private void WriteArchive(Action<ZipWriter> add)
    {
        using var stream = File.Create(Target);
        var archive = new ZipWriter(stream);
        add(archive);
        archive.Finish();
    }

    private byte[] ReadEntry(string name)
    {
        using var archive = System.IO.Compression.ZipFile.OpenRead(Target);
        using var entry = archive.GetEntry(name)!.Open();
        using var copy = new MemoryStream();
        entry.CopyTo(copy);
        return copy.ToArray();
    }
}
