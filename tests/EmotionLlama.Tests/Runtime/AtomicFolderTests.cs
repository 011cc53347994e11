using EmotionLlama.Runtime;

namespace EmotionLlama.Tests.Runtime;

public sealed class AtomicFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Target => _folder["new/target"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_folder_is_there_when_all_its_files_are()
    {
        AtomicFolder.Write(Target, folder =>
        {
            File.WriteAllText(Path.Combine(folder, "one"), "1");
            Assert.False(Directory.Exists(Target));
        });

        Assert.Equal(["one"], Directory.EnumerateFileSystemEntries(Target).Select(Path.GetFileName));
        Assert.Equal(Target, Assert.Single(Directory.EnumerateFileSystemEntries(_folder["new"])));
    }

    [Fact]
    public void An_error_leaves_nothing_behind()
    {
        Assert.Throws<InvalidOperationException>(() => AtomicFolder.Write(Target, folder =>
        {
            File.WriteAllText(Path.Combine(folder, "one"), "1");
            throw new InvalidOperationException();
        }));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["new"]));
    }

    [Fact]
    public void An_empty_folder_and_what_a_killed_process_left_are_replaced()
    {
        Directory.CreateDirectory(Target);
        Directory.CreateDirectory(Target + AtomicFile.UnfinishedSuffix);
        File.WriteAllText(Path.Combine(Target + AtomicFile.UnfinishedSuffix, "half"), "");

        AtomicFolder.Write(
            Target + Path.DirectorySeparatorChar, folder => File.WriteAllText(Path.Combine(folder, "one"), "1"));

        Assert.Equal(["one"], Directory.EnumerateFileSystemEntries(Target).Select(Path.GetFileName));
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder["new"]));
    }

    [Fact]
    public void What_is_there_already_is_never_touched()
    {
        Directory.CreateDirectory(Target);
        File.WriteAllText(Path.Combine(Target, "mine"), "1");

        var error = Assert.Throws<InputException>(() => AtomicFolder.Write(Target, _ => Assert.Fail("not reached")));

        Assert.Equal($"{Target}: exists and is not empty; name a new folder, or remove this one", error.Message);
        Assert.Equal("1", File.ReadAllText(Path.Combine(Target, "mine")));
    }
}
