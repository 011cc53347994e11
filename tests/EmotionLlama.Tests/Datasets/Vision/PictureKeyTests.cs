using EmotionLlama.Datasets.Vision;

namespace EmotionLlama.Tests.Datasets.Vision;

public sealed class PictureKeyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Equal_content_has_one_key_wherever_it_lies() =>
        Assert.Equal(
            PictureKey.Of(_folder.Write("a.png", [1, 2, 3])), PictureKey.Of(_folder.Write("b.jpg", [1, 2, 3])));

    [Fact]
    public void Other_content_another_frame_and_the_blank_picture_have_other_keys()
    {
        var path = _folder.Write("a.mp4", [1, 2, 3]);
        PictureKey[] keys =
        [
            PictureKey.Of(path), PictureKey.Of(path, "first"), PictureKey.Of(path, "middle"),
            PictureKey.Of(_folder.Write("b.mp4", [1, 2, 4])), PictureKey.Of(_folder.Write("c.mp4", [])),
            PictureKey.Blank,
        ];

        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public void A_file_that_changes_gets_another_key()
    {
        var keys = new PictureKeys();
        var path = _folder.Write("a.png", [1, 2, 3]);
        var before = keys.Of(path);
        Assert.Equal(before, keys.Of(path));

        File.WriteAllBytes(path, [1, 2, 4]);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(5));

        Assert.NotEqual(before, keys.Of(path));
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var message = Assert.Throws<InputException>(() => new PictureKeys().Of(_folder["none.png"])).Message;

        Assert.Contains(_folder["none.png"], message, StringComparison.Ordinal);
    }
}
