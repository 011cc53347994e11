using EmotionLlama.Datasets;
using EmotionLlama.Reporting;

namespace EmotionLlama.Tests.Reporting;

public sealed class ClueMarksTests
{
    private const string Expected = "The brows are drawn down (AU04), so the person feels angry.";

    [Theory]
    [InlineData("AU04", "<mark class=\"right\">AU04</mark>")]
    [InlineData("au4", "<mark class=\"right\">au4</mark>")]
    [InlineData("AU12", "<mark class=\"wrong\">AU12</mark>")]
    [InlineData("He is furious", "He is <mark class=\"right\">furious</mark>")]
    [InlineData("He is sad", "He is <mark class=\"wrong\">sad</mark>")]
    [InlineData("not sad at all", "not sad at all")]
    [InlineData("a shaky voice", "a <mark class=\"clue\">shaky voice</mark>")]
    [InlineData("BAU04 or AU045 or AUX", "BAU04 or AU045 or AUX")]
    public void Clues_are_marked_by_whether_the_annotation_agrees(string answer, string html)
    {
        Assert.Equal(html, ClueMarks.Render(answer, Emotion.Angry, Expected, ["Shaky voice"]));
    }

    [Fact]
    public void Everything_is_escaped_inside_and_outside_of_marks()
    {
        var html = ClueMarks.Render("<b> & a \"<i>\" angry </b>", Emotion.Angry, Expected, ["\"<i>\""]);

        Assert.Equal(
            "&lt;b&gt; &amp; a <mark class=\"clue\">&quot;&lt;i&gt;&quot;</mark> "
            + "<mark class=\"right\">angry</mark> &lt;/b&gt;",
            html);
    }

    [Fact]
    public void Of_overlapping_marks_the_first_and_longest_is_shown()
    {
        Assert.Equal(
            "<mark class=\"clue\">angry voice</mark>",
            ClueMarks.Render("angry voice", Emotion.Angry, Expected, ["angry voice", "voice"]));
    }
}
