using System.Buffers.Binary;
using System.Text;
using EmotionLlama.Media;

namespace EmotionLlama.Tests.Media;

/// <summary>NumPy files of features.</summary>
public sealed class NpyFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_what_is_read()
    {
        float[] values = [0, -1.5f, float.MaxValue, float.Epsilon];

        NpyFile.Write(_folder["vector.npy"], values);

        Assert.Equal(values, NpyFile.Read(_folder["vector.npy"], 4));
    }

    [Fact]
    public void A_matrix_keeps_its_shape()
    {
        NpyFile.Write(_folder["matrix.npy"], new NpyArray([2, 3], [1, 2, 3, 4, 5, 6]));

        var read = NpyFile.Read(_folder["matrix.npy"]);

        Assert.Equal([2, 3], read.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], read.Values);
    }

    [Fact]
    public void The_file_is_laid_out_as_NumPy_does()
    {
        NpyFile.Write(_folder["vector.npy"], [1, 2]);

        var bytes = File.ReadAllBytes(_folder["vector.npy"]);

        Assert.Equal(128 + 8, bytes.Length);
        Assert.Equal<byte>([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, 118, 0], bytes[..10]);
        Assert.StartsWith(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } ",
            Encoding.ASCII.GetString(bytes, 10, 118), StringComparison.Ordinal);
        Assert.Equal((byte)'\n', bytes[127]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void All_format_versions_are_read(byte version) =>
        Assert.Equal([1, 2], NpyFile.Read(Npy("<f4", "(2,)", Singles(1, 2), version: version), 2));

    [Fact]
    public void Half_and_double_precision_are_read()
    {
        byte[] halves = [.. new[] { 1.5, -2 }.SelectMany(value => BitConverter.GetBytes((Half)value))];
        byte[] doubles = [.. new[] { 1.5, -2 }.SelectMany(BitConverter.GetBytes)];

        Assert.Equal([1.5f, -2], NpyFile.Read(Npy("<f2", "(1, 2)", halves), 2));
        Assert.Equal([1.5f, -2], NpyFile.Read(Npy("<f8", "(2,)", doubles), 2));
    }

    [Fact]
    public void Fortran_order_matters_only_for_matrices()
    {
        Assert.Equal([1, 2], NpyFile.Read(Npy("<f4", "(1, 2)", Singles(1, 2), fortran: true), 2));
        Assert.Contains("Fortran",
            Refusal(Npy("<f4", "(2, 2)", Singles(1, 2, 3, 4), fortran: true), 4), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_length_gives_both_lengths()
    {
        var message = Refusal(Npy("<f4", "(1, 3)", Singles(1, 2, 3)), 1024);

        Assert.Contains("3 numbers (1, 3)", message, StringComparison.Ordinal);
        Assert.Contains("1024", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN, "NaN at index 1")]
    [InlineData(float.PositiveInfinity, "infinity at index 1")]
    [InlineData(float.NegativeInfinity, "infinity at index 1")]
    public void Numbers_that_are_none_are_reported(float value, string expected) =>
        Assert.Contains(expected, Refusal(Npy("<f4", "(2,)", Singles(0, value)), 2), StringComparison.Ordinal);

    [Fact]
    public void A_double_beyond_single_precision_is_reported() => Assert.Contains("infinity",
        Refusal(Npy("<f8", "(1,)", BitConverter.GetBytes(1e300)), 1), StringComparison.Ordinal);

    [Theory]
    [InlineData(0, "empty")]
    [InlineData(5, "not a .npy file")]
    [InlineData(40, "truncated inside its header")]
    [InlineData(130, "truncated: 2 numbers")]
    public void A_cut_off_file_is_called_so(int bytesLeft, string expected)
    {
        var whole = File.ReadAllBytes(Npy("<f4", "(2,)", Singles(1, 2)));

        Assert.Contains(expected, Refusal(_folder.Write("cut.npy", whole[..bytesLeft]), 2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<i8")]
    [InlineData(">f4")]
    [InlineData("|O")]
    public void Other_types_are_named(string type) =>
        Assert.Contains($"'{type}'", Refusal(Npy(type, "(2,)", new byte[16]), 2), StringComparison.Ordinal);

    [Theory]
    [InlineData("(9223372036854775807, 2)", "impossibly large")]
    [InlineData("(1099511627776,)", "truncated")]
    [InlineData("(-1,)", "no shape")]
    [InlineData("[2]", "corrupt .npy header")]
    public void A_header_that_lies_takes_no_memory(string shape, string expected)
    {
        var path = Npy("<f4", shape, Singles(1, 2));

        var message = Assert.Throws<InputException>(() => NpyFile.Read(path)).Message;

        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_files_are_refused()
    {
        Assert.Contains("not a .npy file", Refusal(_folder.Write("zip.npy", [.. "PK\x03\x04"u8, .. new byte[60]]), 2),
            StringComparison.Ordinal);
        Assert.Contains("no such file", Refusal(_folder["absent.npy"], 2), StringComparison.Ordinal);
        Assert.Contains("version 9",
            Refusal(Npy("<f4", "(2,)", Singles(1, 2), version: 9), 2), StringComparison.Ordinal);
    }

    [Fact]
    public void A_shape_of_another_count_is_not_written() =>
        Assert.Throws<ArgumentException>(() => NpyFile.Write(_folder["bad.npy"], new NpyArray([3], [1, 2])));

    private static byte[] Singles(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static string Refusal(string path, int expectedLength)
    {
        var message = Assert.Throws<InputException>(() => NpyFile.Read(path, expectedLength)).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        return message;
    }

    private string Npy(string type, string shape, byte[] data, bool fortran = false, byte version = 1)
    {
        var fields = $"{{'descr': '{type}', 'fortran_order': {fortran}, 'shape': {shape}, }}".PadRight(117) + "\n";
        var length = new byte[version == 1 ? 2 : 4];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)fields.Length);
        return _folder.Write("made.npy",
            [0x93, .. "NUMPY"u8, version, 0, .. length, .. Encoding.ASCII.GetBytes(fields), .. data]);
    }
}
