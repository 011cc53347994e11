using EmotionLlama.Datasets;

namespace EmotionLlama.Tests.Datasets;

public sealed class ClipNamesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("clip_1 30 happy -0.5\n\nclip_2 9 sad 0\n")]
    [InlineData("name,sentence\nclip_1,\"Hello, you.\"\nclip_2,\n")]
    [InlineData("clip_1\nclip_2\nclip_1\n")]
    [InlineData("\"clip_1\"\tx\n  clip_2;y")]
    public void The_first_word_of_each_line_is_a_name(string text)
    {
        File.WriteAllText(_folder["names"], text);

        Assert.Equal(["clip_1", "clip_2"], ClipNames.Read(_folder["names"]));
    }

    [Fact]
    public void A_file_without_a_name_is_refused()
    {
        File.WriteAllText(_folder["names"], "name\n\n");

        Assert.StartsWith(
            $"{_folder["names"]}: names no clip",
            Assert.Throws<InputException>(() => ClipNames.Read(_folder["names"])).Message,
            StringComparison.Ordinal);
    }
}
