using EmotionLlama.Scoring.Clues;

namespace EmotionLlama.Tests.Scoring.Clues;

public sealed class ClueReaderTests
{
    [Theory]
    [InlineData("His eyebrows are slightly raised.", "brow raised")]
    [InlineData("She knits her brows.", "brow furrowed")]
    [InlineData("A furrowed brow and narrowed eyes.", "brow furrowed|eyes narrowed")]
    [InlineData("He stands with wide eyes and pressed lips.", "standing|eyes wide|lips pressed")]
    [InlineData("The corners of her mouth turn up.", "smile")]
    [InlineData("The corners of her mouth droop, and her eyes are red.", "mouth corners down|eyes red")]
    [InlineData("His eyes are wide and his mouth falls open.", "eyes wide|mouth open")]
    [InlineData("Her eyebrows and mouth corners are raised.", "brow raised|smile")]
    [InlineData("The voice is soft, rather slow and trembling.", "voice soft|voice slow|voice trembling")]
    [InlineData("He talks quickly in a deep voice and sighs.", "voice fast|voice low|sigh")]
    [InlineData("She shakes her head, shrugs and points at him.", "head shake|shrug|pointing")]
    [InlineData("He leans forward with crossed arms in a dim office.", "leaning forward|arms crossed|dark|office")]
    [InlineData("She apologizes, then complains.", "apology|complaint")]
    public void English_clues_are_found_in_the_order_of_the_text(string text, string expected) =>
        Assert.Equal(expected.Split('|').Order(), Names(text).Order());

    [Theory]
    [InlineData("AU12", "smile")]
    [InlineData("au 4", "brow furrowed")]
    [InlineData("AU01 and AU26", "brow raised|mouth open")]
    [InlineData("AU99 and AU123", "")]
    public void Action_units_stand_for_clues(string text, string expected) =>
        Assert.Equal(expected.Split('|', StringSplitOptions.RemoveEmptyEntries), Names(text));

    [Theory]
    [InlineData("brows and tightly closed lips", "brow furrowed")]
    [InlineData("The lips lift, and her eyes narrow.", "eyes wide")]
    [InlineData("He lowers his head and furrows his brow.", "mouth corners down")]
    [InlineData("His voice is calm while the music is loud", "voice harsh")]
    public void A_word_describes_the_nearest_noun_only(string text, string wrong) =>
        Assert.DoesNotContain(wrong, Names(text));

    [Theory]
    [InlineData("The voice is not loud.", "not voice loud")]
    [InlineData("There are no tears.", "not tears")]
    [InlineData("He speaks without pauses.", "not pauses")]
    [InlineData("She cannot hide a smile.", "smile")]
    public void A_denied_clue_is_another_clue(string text, string expected) =>
        Assert.Equal([expected], Names(text));

    [Fact]
    public void What_is_quoted_is_said_and_not_seen()
    {
        Assert.Equal(["question", "thanks"], Names("He says: \"Thank you. Did you see her smile and nod?\"").Order());
        Assert.Equal(["exclamation"], Names("“Look at his clenched fists!”"));
    }

    [Fact]
    public void A_mention_says_where_it_stands()
    {
        const string Text = "In the video, he slightly furrows his brow.";

        var mention = Assert.Single(ClueReader.Read(Text));

        Assert.Equal("furrows his brow", Text.Substring(mention.Start, mention.Length));
        Assert.Equal(new Clue("face", "brow furrowed"), mention.Clue);
    }

    [Theory]
    [InlineData("他皱着眉头，声音低沉，语速很慢。", "brow furrowed|voice low|voice slow")]
    [InlineData("她嘴角上扬，面带微笑，没有流泪。", "not tears|smile")]
    [InlineData("他不停地点头。", "nod")]
    [InlineData("她问：“你皱眉了？”", "question")]
    public void Chinese_clues_have_the_same_names(string text, string expected) =>
        Assert.Equal(expected.Split('|'), Names(text).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("")]
    [InlineData("The person feels sad and worried.")]
    [InlineData("This video is about nothing.")]
    public void Emotion_words_are_no_clues(string text) => Assert.Empty(ClueReader.Read(text));

    private static IEnumerable<string> Names(string text) =>
        ClueReader.Read(text).Select(mention => mention.Clue.ToString()).Distinct();
}
