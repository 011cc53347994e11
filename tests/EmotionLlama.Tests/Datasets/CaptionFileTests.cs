using EmotionLlama.Datasets;

namespace EmotionLlama.Tests.Datasets;

public sealed class CaptionFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Only_the_fields_asked_for_are_kept()
    {
        var file = Read(
            """{"a": {"AU_list": ["AU01", "AU12"], "peak": {"x": [1, {}]}, "caption": "A \"b\" \u00e9"}, "b": {}}""",
            "caption", "AU_list");

        Assert.Equal("A \"b\" é", file.Find("a", "caption"));
        Assert.Equal("AU01, AU12", file.Find("a", "AU_list"));
        Assert.Null(file.Find("b", "caption"));
        Assert.Null(file.Find("c", "caption"));
        Assert.True(file.Contains("b"));
        Assert.False(file.Contains("c"));
        Assert.Throws<ArgumentException>(() => file.Find("a", "peak"));
    }

    [Fact]
    public void Only_the_clips_asked_for_are_kept()
    {
        File.WriteAllText(_path, """{"a": {"caption": "x"}, "b": {"caption": "y"}}""");

        var file = CaptionFile.Read(_path, ["caption"], new HashSet<string> { "b" });

        Assert.False(file.Contains("a"));
        Assert.Equal("y", file.Find("b", "caption"));
    }

    [Fact]
    public void A_byte_order_mark_does_not_matter()
    {
        File.WriteAllText(_path, """{"a": {"caption": "x"}}""", new System.Text.UTF8Encoding(true));

        Assert.Equal("x", CaptionFile.Read(_path, ["caption"]).Find("a", "caption"));
    }

    [Fact]
    public void Of_several_records_of_a_clip_the_last_counts_and_the_name_is_reported()
    {
        var file = Read(
            """{"a": {"caption": "x"}, "b": {}, "a": {"caption": "y"}, "a": {"caption": "z"}}""", "caption");

        Assert.Equal("z", file.Find("a", "caption"));
        Assert.Equal(["a"], file.DuplicateNames);
    }

    [Theory]
    [InlineData("{\n\"a\": {\"caption\": \"x\"},\n\"b\": {\"caption\": x}\n}", 3, "'x' is an invalid start of a value")]
    [InlineData("{\n\"a\": {\"caption\": \"x\"},\n", 3, "")]
    [InlineData("[]", 1, "expected an object of clips")]
    [InlineData("", 1, "")]
    [InlineData("{\"a\":\n\"text\"}", 2, "expected a record of fields for 'a'")]
    [InlineData("{\"a\":\n{\"caption\": {}}}", 2, "'caption' of 'a' is neither a text nor a list of texts")]
    [InlineData("{\"a\":\n{\"caption\": [1]}}", 2, "'caption' of 'a' is a list of something else than texts")]
    public void A_fault_is_named_with_its_line(string json, int line, string message)
    {
        var error = Assert.Throws<InputException>(() => Read(json, "caption"));

        Assert.StartsWith($"{_path}:{line}: is not a MERR caption file: {message}", error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    private CaptionFile Read(string json, params string[] fields)
    {
        File.WriteAllText(_path, json);
        return CaptionFile.Read(_path, fields);
    }
}
