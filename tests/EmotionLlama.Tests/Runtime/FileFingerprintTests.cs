using EmotionLlama.Runtime;

namespace EmotionLlama.Tests.Runtime;

public sealed class FileFingerprintTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_depends_on_the_content_and_not_on_the_name() => Assert.Equal(
        FileFingerprint.Of(_folder.Write("a", [1, 2, 3])), FileFingerprint.Of(_folder.Write("b", [1, 2, 3])));

    [Theory]
    [InlineData(0)]
    [InlineData(69_999)]
    public void Any_byte_of_a_common_file_matters(int place)
    {
        var bytes = new byte[70_000];
        var before = FileFingerprint.Of(_folder.Write("a", bytes));
        bytes[place] = 1;

        Assert.NotEqual(before, FileFingerprint.Of(_folder.Write("a", bytes)));
    }

    [Fact]
    public void A_zero_at_the_end_matters() => Assert.NotEqual(
        FileFingerprint.Of(_folder.Write("a", [0])), FileFingerprint.Of(_folder.Write("b", [0, 0])));

    [Fact]
    public void Of_a_huge_file_the_ends_matter_and_it_is_read_in_a_moment()
    {
        string Of(byte last)
        {
            using (var file = File.Create(_folder["huge"]))
            {
                file.SetLength(1L << 30);
                file.Position = (1L << 30) - 1;
                file.WriteByte(last);
            }

            return FileFingerprint.Of(_folder["huge"]);
        }

        Assert.NotEqual(Of(1), Of(2));
    }

    [Fact]
    public void Several_files_count_in_their_order()
    {
        string[] files = [_folder.Write("a", [1]), _folder.Write("b", [2])];

        Assert.NotEqual(FileFingerprint.Of(files), FileFingerprint.Of(files.Reverse()));
    }

    [Fact]
    public void A_missing_file_is_named() => Assert.StartsWith(
        _folder["none"], Assert.Throws<InputException>(() => FileFingerprint.Of(_folder["none"])).Message,
        StringComparison.Ordinal);
}
