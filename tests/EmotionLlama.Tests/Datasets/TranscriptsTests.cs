using EmotionLlama.Datasets;

namespace EmotionLlama.Tests.Datasets;

public sealed class TranscriptsTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Quoted_sentences_may_hold_commas_quotes_and_line_breaks()
    {
        var transcripts = Read("name,sentence\na,\"Well, \"\"no\"\".\nNever!\"\nb,\nc,Plain.\n");

        Assert.Equal("Well, \"no\". Never!", transcripts["a"]);
        Assert.Equal("", transcripts["b"]);
        Assert.Equal("Plain.", transcripts["c"]);
        Assert.Null(transcripts["d"]);
    }

    [Fact]
    public void Other_columns_and_their_order_do_not_matter()
    {
        var transcripts = Read("\uFEFFid,Sentence,name\n1,Hello; you,a\n");

        Assert.Equal("Hello; you", transcripts["a"]);
    }

    [Fact]
    public void Of_several_lines_of_a_clip_the_first_counts_and_the_name_is_reported()
    {
        var transcripts = Read("name,sentence\na,one\nb,x\na,two\na,three\n");

        Assert.Equal("one", transcripts["a"]);
        Assert.Equal(["a"], transcripts.DuplicateNames);
    }

    [Theory]
    [InlineData("name,text\na,b\n", ":1: has no column 'sentence'; its columns are name,text")]
    [InlineData("", ":1: has no column 'name'; it is empty")]
    [InlineData("name,sentence\na,b\nc,d,e\n", ":3: is not a row of CSV")]
    [InlineData("name,sentence\na,\"b\nc\n", ":2: is not a row of CSV")]
    [InlineData("name,sentence\na,He said \"no\"\n", ":2: is not a row of CSV")]
    public void A_fault_is_named_with_its_line(string text, string message)
    {
        var error = Assert.Throws<InputException>(() => Read(text));

        Assert.StartsWith(_path + message, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        Transcripts.Write(_path, [("a", "Say \"no\", please"), ("b", "")]);

        var transcripts = Transcripts.Read(_path);
        Assert.Equal("Say \"no\", please", transcripts["a"]);
        Assert.Equal("", transcripts["b"]);
    }

    private Transcripts Read(string text)
    {
        File.WriteAllText(_path, text);
        return Transcripts.Read(_path);
    }
}
