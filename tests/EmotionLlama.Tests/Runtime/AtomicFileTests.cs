using EmotionLlama.Runtime;

namespace EmotionLlama.Tests.Runtime;

public sealed class AtomicFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("atomic-file");

    private string Target => Path.Combine(_folder.FullName, "deep", "file.txt");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_file_and_its_folder_appear_with_the_whole_content()
    {
        AtomicFile.WriteText(Target, "first");
        AtomicFile.WriteText(Target, "é");

        Assert.Equal([0xC3, 0xA9], File.ReadAllBytes(Target));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(Target)!));
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        AtomicFile.WriteText(Target, "old");

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(Target, stream =>
        {
            stream.Write("half of the new"u8);
            throw new InvalidOperationException();
        }));

        Assert.Equal("old", File.ReadAllText(Target));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(Target)!));
    }

    [Fact]
    public void A_second_writer_of_the_same_file_fails_and_does_not_disturb_the_first()
    {
        AtomicFile.Write(Target, stream =>
        {
            stream.Write("first"u8);
            stream.Flush();
            var error = Assert.Throws<InputException>(() => AtomicFile.WriteText(Target, "second"));
            Assert.Contains("cannot be written", error.Message, StringComparison.Ordinal);
        });

        Assert.Equal("first", File.ReadAllText(Target));
    }

    [Fact]
    public void What_a_killed_writer_left_behind_is_overwritten()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        File.WriteAllText(Target + AtomicFile.UnfinishedSuffix, "a long rest of an interrupted write");

        AtomicFile.WriteText(Target, "new");

        Assert.Equal("new", File.ReadAllText(Target));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(Target)!));
    }

    [Fact]
    public void A_folder_in_the_way_is_one_clear_line()
    {
        Directory.CreateDirectory(Target);

        var error = Assert.Throws<InputException>(() => AtomicFile.WriteText(Target, "text"));

        Assert.StartsWith(Target, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.False(File.Exists(Target + AtomicFile.UnfinishedSuffix));
    }
}
