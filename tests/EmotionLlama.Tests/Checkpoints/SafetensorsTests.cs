using System.Buffers.Binary;
using System.Text;
using EmotionLlama.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    private string Target => _folder["weights.safetensors"];

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Tensors_of_every_type_and_layout_come_back_with_type_shape_values_and_order()
    {
        var tensors = Samples.Create();

        SafetensorsWriter.Write(Target, tensors);

        using var file = SafetensorsFile.Open(Target);
        Assert.Equal(Target, file.Location);
        Assert.Equal(tensors.Keys, file.Names);
        foreach (var (name, tensor) in tensors)
        {
            Assert.Equal(tensor.shape, file.ShapeOf(name));
            Samples.AssertSame(tensor, file.Read(name));
        }
    }

    [Fact]
    public void A_tensor_outlives_its_file()
    {
        SafetensorsWriter.Write(Target, new Dictionary<string, Tensor> { ["a"] = arange(3) });
        Tensor read;
        using (var file = SafetensorsFile.Open(Target))
            read = file.Read("a");

        File.Delete(Target);
        Samples.AssertSame(arange(3), read);
    }

    [Fact]
    public void Metadata_comes_back()
    {
        SafetensorsWriter.Write(Target, [], new Dictionary<string, string> { ["format"] = "pt", ["é"] = "\n" });

        using var file = SafetensorsFile.Open(Target);
        Assert.Empty(file.Names);
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal("\n", file.Metadata["é"]);
    }

    [Fact]
    public void The_header_is_padded_and_wide_types_come_first_so_that_all_values_are_aligned()
    {
        SafetensorsWriter.Write(Target, new OrderedDictionary<string, Tensor>
        {
            ["byte"] = ones(1, dtype: uint8),
            ["double"] = ones(1, dtype: float64),
        });

        var bytes = File.ReadAllBytes(Target);
        var headerLength = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal(0, headerLength % 8);
        Assert.StartsWith(
            """{"byte":{"dtype":"U8","shape":[1],"data_offsets":[8,9]},"double":"""
            + """{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}""",
            Encoding.UTF8.GetString(bytes, 8, (int)headerLength),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_given_twice_is_refused_before_anything_is_written()
    {
        KeyValuePair<string, Tensor>[] twice = [new("a", ones(1)), new("a", ones(1))];

        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(Target, twice));
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public void A_tensor_that_is_not_there_is_named_together_with_some_that_are()
    {
        SafetensorsWriter.Write(Target, new Dictionary<string, Tensor> { ["there"] = ones(1) });

        using var file = SafetensorsFile.Open(Target);
        Assert.Null(file.ShapeOf("absent"));
        var error = Assert.Throws<InputException>(() => file.Read("absent"));
        Assert.Equal($"{Target}: has no tensor `absent`; it has 1, such as `there`", error.Message);
    }

    [Fact]
    public void An_eight_bit_float_is_refused_by_name_only_when_it_is_read()
    {
        WriteFile("""{"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}""", dataBytes: 2);

        using var file = SafetensorsFile.Open(Target);
        Assert.Equal([2], file.ShapeOf("a"));
        Refusal.Says("`a` is of type F8_E4M3", () => file.Read("a"));
    }

    [Fact]
    public void A_header_whose_length_looks_like_a_pickle_is_still_a_header()
    {
        // The length's low bytes are the first of the file: 0x0280 reads like a pickle of protocol 2.
        var header = """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""".PadRight(0x0280);
        WriteFile(header, dataBytes: 2);

        using var weights = WeightSources.Open(Target);
        Assert.Equal(["a"], weights.Names);
    }

    [Theory]
    [InlineData("not JSON", 0, "not valid JSON")]
    [InlineData("[]", 0, "no JSON object")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "`a` lacks")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "`a` lacks")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "`a` lacks")]
    [InlineData("""{"a":{"dtype":"X9","shape":[1],"data_offsets":[0,4]}}""", 4, "unknown type X9")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "does not fit")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "does not fit")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "does not fit")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "does not fit")]
    [InlineData("""{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,0]}}""", 0, "does not fit")]
    [InlineData("""{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9223372036854775807]}}""", 0, "does not fit")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""",
        3,
        "`b` overlap")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3, "gap")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 3, "the file at")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""",
        0,
        "`a` twice")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "`a` is no text")]
    [InlineData("""{"\ud800":{}}""", 0, "not valid JSON")]
    public void A_header_that_does_not_fit_its_file_is_refused(string header, int dataBytes, string expected)
    {
        WriteFile(header, dataBytes);

        var error = Assert.Throws<InputException>(() => SafetensorsFile.Open(Target));

        Assert.StartsWith($"{Target}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_header_longer_than_the_file_is_refused_before_memory_is_taken()
    {
        var bytes = new byte[100];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, ulong.MaxValue);
        _folder.Write("weights.safetensors", bytes);

        Refusal.Says("header should be", () => SafetensorsFile.Open(Target));
    }

    [Fact]
    public void A_file_cut_short_after_it_was_opened_gives_an_error_and_no_crash()
    {
        SafetensorsWriter.Write(Target, new Dictionary<string, Tensor> { ["a"] = zeros(100_000) });
        using var file = SafetensorsFile.Open(Target);
        using (var stream = new FileStream(Target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            stream.SetLength(1000);

        Refusal.Says("ends early", () => file.Read("a"));
    }

    private void WriteFile(string header, int dataBytes)
    {
        var encoded = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + encoded.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, encoded.Length);
        encoded.CopyTo(bytes, 8);
        _folder.Write("weights.safetensors", bytes);
    }
}
