using EmotionLlama.Media.Clips;

namespace EmotionLlama.Tests.Media.Clips;

public sealed class ClipFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Clips_are_listed_by_name_and_all_else_is_passed_over()
    {
        foreach (var file in (string[])["b.mp4", "a.MKV", "c.png", "d.txt", "e.avi", "mp4"])
            File.WriteAllText(_folder[file], "");
        Directory.CreateDirectory(_folder["f.mp4"]);

        Assert.Equal(["a", "b", "e"], ClipFolder.List(_folder.Location).Select(clip => clip.Name));
        Assert.Equal(_folder["b.mp4"], ClipFolder.Find(_folder.Location, "b"));
        Assert.Equal(_folder["a.MKV"], ClipFolder.Find(_folder.Location, "a"));
        Assert.Null(ClipFolder.Find(_folder.Location, "c"));
        Assert.Null(ClipFolder.Find(_folder.Location, "f"));
    }

    [Fact]
    public void Two_clips_of_one_name_and_a_missing_folder_are_refused()
    {
        File.WriteAllText(_folder["a.mp4"], "");
        File.WriteAllText(_folder["a.avi"], "");

        Assert.Equal(
            $"two clips are called 'a': {_folder["a.avi"]} and {_folder["a.mp4"]}; rename or remove one",
            Assert.Throws<InputException>(() => ClipFolder.List(_folder.Location)).Message);
        Assert.Throws<InputException>(() => ClipFolder.List(_folder["absent"]));
    }
}
