using System.Text;
using EmotionLlama.Scoring;

namespace EmotionLlama.Tests.Scoring;

public sealed class DescriptionFileTests
{
    [Fact]
    public void Emer_v1_gives_its_reasons_and_the_label_where_they_name_no_emotion()
    {
        var rows = Read(
            "names,emotions,subtitles,reasons\nclip1,happy,Hi,\"She smiles, so she is shy.\"\nclip2,sad,,He frowns.\n");

        Assert.Equal(["clip1", "clip2"], rows.Select(row => row.Name));
        Assert.Equal("She smiles, so she is shy.", rows[0].Reason);
        Assert.Null(rows[0].Labels);
        Assert.Equal(["sad"], rows[1].Labels!);
    }

    [Theory]
    [InlineData(DescriptionLanguage.English, "She\nsmiles.")]
    [InlineData(DescriptionLanguage.Chinese, "她笑。")]
    public void Emer_v2_gives_the_language_asked_for(DescriptionLanguage language, string expected) =>
        Assert.Equal(expected, Read("name,chinese,english\nclip,她笑。,\"She\nsmiles.\"\n", language).Single().Reason);

    [Theory]
    [InlineData("names,chi_reasons\nclip,He nods.\n")]
    [InlineData("name,reason\nclip,He nods.\n")]
    [InlineData("name,reason,label\nclip,He nods.,\n")]
    [InlineData("\uFEFFname,reason\r\n\"clip\",\"He nods.\"\r\n")]
    [InlineData(" Name , Reason \n'clip',He nods.\n")]
    [InlineData("reason,extra,name\nHe nods.,1,clip\n")]
    public void Any_systems_predictions_are_read(string csv)
    {
        var row = Assert.Single(Read(csv));

        Assert.Equal(("clip", "He nods."), (row.Name, row.Reason));
        Assert.Null(row.Labels);
    }

    [Fact]
    public void Open_vocabulary_labels_are_read() =>
        Assert.Equal(
            ["happy", "can't wait"],
            Read("name,openset\nclip,\"['happy', \"\"can't wait\"\"]\"\n").Single().Labels!);

    [Fact]
    public void Json_lines_are_read()
    {
        var rows = Read(
            "{\"name\":\"a\",\"reason\":\"He nods.\",\"labels\":[\"happy\",\"shy\"]}\n\n"
            + "{\"name\":\"b\",\"label\":\"sad\",\"predicted\":null,\"refused\":false,\"answer\":\"He nods.\"}\n"
            + "{\"name\":\"c\",\"label\":\"sad\",\"predicted\":\"angry\",\"refused\":false,\"answer\":\"He nods.\"}\n",
            extension: "jsonl");

        Assert.Equal(["He nods.", "He nods.", "He nods."], rows.Select(row => row.Reason));
        Assert.Equal(["happy", "shy"], rows[0].Labels!);
        Assert.Null(rows[1].Labels);
        Assert.Equal(["angry"], rows[2].Labels!);
    }

    [Theory]
    [InlineData("csv", "", ":1: has no column for the clip's name; it is empty")]
    [InlineData("csv", "name,reason\n", ": describes no clip")]
    [InlineData("csv", "clip,reason\na,b\n", ":1: has no column for the clip's name; its columns are clip,reason")]
    [InlineData("csv", "name,text\na,b\n", ":1: has no column for a description; its columns are name,text; give name")]
    [InlineData("csv", "name,reason\na,b\n,c\n", ":3: names no clip")]
    [InlineData("csv", "name,reason\na,\"b\nc\"\na,c\n", ":4: a was already described in ")]
    [InlineData("csv", "name,openset\na,['b'\n", ":2: '['b'' is no list like")]
    [InlineData("csv", "name,reason\na,b,c\n", ":2: is not a row of CSV")]
    [InlineData("jsonl", "{\"name\":\"a\",\"reason\":\"b\"}\n{\n", ":2: is no JSON object")]
    [InlineData("jsonl", "[1]\n", ":1: is no JSON object")]
    [InlineData("jsonl", "{\"name\":\"a\"}\n", ":1: has no key for a description")]
    public void A_bad_file_is_refused_in_one_line(string extension, string content, string expected)
    {
        var message = Assert.Throws<InputException>(() => Read(content, extension: extension)).Message;

        Assert.Contains("truth." + extension + expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Descriptions_join_by_name_and_say_what_is_missing()
    {
        var truth = Read("name,reason\na,x\nb,y\nc,z\n");
        var predictions = Read("name,reason\nc,3\na,1\nd,4\n");

        var joined = DescriptionPairs.Join(truth, predictions);
        var counted = DescriptionPairs.Join(truth, predictions, countMissing: true);

        Assert.Equal(
            [("x", "1"), ("z", "3")],
            joined.Pairs.Select(pair => (pair.Truth.Reason, pair.Prediction.Reason)));
        Assert.Equal(["b"], joined.MissingPredictions);
        Assert.Equal(["d"], joined.MissingTruths);
        Assert.Equal(["a", "b", "c"], counted.Pairs.Select(pair => pair.Name));
        Assert.Equal("", counted.Pairs[1].Prediction.Reason);
        Assert.Equal(["b"], counted.MissingPredictions);
    }

    private static IReadOnlyList<EmotionDescription> Read(
        string content, DescriptionLanguage language = DescriptionLanguage.English, string extension = "csv")
    {
        using var folder = new TemporaryFolder();
        return DescriptionFile.Read(folder.Write("truth." + extension, Encoding.UTF8.GetBytes(content)), language);
    }
}
