using System.IO.Compression;
using System.Text;
using EmotionLlama.Checkpoints;
using EmotionLlama.Checkpoints.Zip;

namespace EmotionLlama.Tests.Checkpoints.Zip;

public sealed class ZipTests : IDisposable
{
    private static readonly Dictionary<string, byte[]> Content = new()
    {
        ["archive/data.pkl"] = [1, 2, 3],
        ["archive/data/0"] = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)],
        ["archive/empty"] = [],
        ["archive/é"] = [0xFF],
    };

    private readonly TemporaryFolder _folder = new();

    private string Target => _folder["archive.zip"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData(1000)]
    [InlineData(1)]
    public void Archives_with_and_without_64_bit_sizes_are_read_by_dotnet_and_by_us(long wideFrom)
    {
        Write(wideFrom);

        using (var archive = ZipFile.OpenRead(Target))
        {
            Assert.Equal(Content.Keys, archive.Entries.Select(entry => entry.FullName));
            foreach (var entry in archive.Entries)
            {
                Assert.Equal(Content[entry.FullName], ReadAll(entry));
                Assert.Equal(Crc32.Append(0, Content[entry.FullName]), entry.Crc32);
            }
        }

        using var file = CheckpointFile.Open(Target);
        var directory = new ZipDirectory(file);
        Assert.Equal(Content.Keys, directory.Names);
        foreach (var (name, bytes) in Content)
        {
            var entry = directory.Find(name)!;
            var offset = directory.DataOffset(entry);
            Assert.Equal(0, offset % 64);
            Assert.Equal(bytes, file.ReadBytes(offset, (int)entry.Length));
        }
    }

    [Fact]
    public void Checksums_are_those_of_the_standard_for_any_length_and_in_any_parts()
    {
        Assert.Equal(0xCBF43926u, Crc32.Append(0, "123456789"u8));

        var bytes = Encoding.UTF8.GetBytes("a longer text, so that eight bytes at a time are taken");
        var whole = Crc32.Append(0, bytes);
        for (var cut = 0; cut <= bytes.Length; cut++)
            Assert.Equal(whole, Crc32.Append(Crc32.Append(0, bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
    }

    [Fact]
    public void An_archive_with_a_comment_at_its_end_is_read()
    {
        Write(uint.MaxValue);
        using (var archive = ZipFile.Open(Target, ZipArchiveMode.Update))
            archive.Comment = new string('x', 1000);

        using var file = CheckpointFile.Open(Target);
        Assert.Equal(Content.Count, new ZipDirectory(file).Names.Count);
    }

    [Fact]
    public void A_compressed_entry_is_refused_with_advice()
    {
        using (var archive = ZipFile.Open(Target, ZipArchiveMode.Create))
        using (var entry = archive.CreateEntry("archive/data.pkl", CompressionLevel.Optimal).Open())
            entry.Write(new byte[100]);

        var error = Assert.Throws<InputException>(() => TorchCheckpoint.Open(Target));
        Assert.Contains("archive/data.pkl is compressed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_cut_anywhere_is_refused()
    {
        Write(wideFrom: 1);
        var bytes = File.ReadAllBytes(Target);
        for (var length = 0; length < bytes.Length; length += 7)
        {
            using var file = CheckpointFile.Open(_folder.Write("cut.zip", bytes[..length]));
            Assert.Throws<InputException>(() => new ZipDirectory(file));
        }
    }

    private void Write(long wideFrom)
    {
        using var stream = File.Create(Target);
        var archive = new ZipWriter(stream, wideFrom);
        foreach (var (name, bytes) in Content)
            archive.Add(name, bytes);

        archive.Finish();
    }

    private static byte[] ReadAll(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
