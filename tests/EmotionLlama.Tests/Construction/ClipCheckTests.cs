using EmotionLlama.Configuration;
using EmotionLlama.Construction;
using EmotionLlama.Datasets;

namespace EmotionLlama.Tests.Construction;

public sealed class ClipCheckTests
{
    private const string Description = "The cheeks are raised and a broad smile pulls the lip corners up.";
    private const string Reasoning = "She smiles broadly and speaks brightly about the trip, so the person feels happy.";

    private static readonly Synthesis Good = new(true, Description, Reasoning, Emotion.Happy);

    private static readonly Dictionary<int, double> Smile = new() { [6] = 2, [12] = 2 };

    [Fact]
    public void What_fits_together_passes()
    {
        Assert.Null(Check(Good));
        Assert.Null(ClipCheck.Clue("vision model", "A woman smiles in a bright kitchen.", Emotion.Happy));
        Assert.Null(ClipCheck.Face("A woman smiles in a bright kitchen.", Smile));
        Assert.Null(ClipCheck.Clue("audio model", null, Emotion.Happy));
        Assert.Null(ClipCheck.Face(null, Smile));
    }

    [Fact]
    public void A_clue_that_refuses_drops_the_clip()
    {
        var drop = ClipCheck.Clue("vision model", "I'm sorry, I can't describe people.", Emotion.Happy);

        Assert.Equal(
            new ClipDrop(DropReason.Refusal, "the vision model refuses: I'm sorry, I can't describe people."), drop);
    }

    [Theory]
    [InlineData("He sounds sad and close to tears.", "happy", "the audio model names sad, the face happy")]
    [InlineData("A cheerful, excited woman.", "angry", "the audio model names happy, the face angry")]
    public void A_clue_of_the_opposite_emotion_contradicts(string clue, string face, string detail) => Assert.Equal(
        new ClipDrop(DropReason.Contradiction, detail),
        ClipCheck.Clue("audio model", clue, EmotionNames.Parse(face)));

    [Theory]
    [InlineData("She is not sad at all.", "happy")]
    [InlineData("A calm voice.", "happy")]
    [InlineData("He is worried.", "fear")]
    [InlineData("He seems surprised.", "sad")]
    public void A_clue_that_may_go_with_the_face_does_not(string clue, string face) =>
        Assert.Null(ClipCheck.Clue("audio model", clue, EmotionNames.Parse(face)));

    [Fact]
    public void A_picture_that_denies_a_marked_movement_contradicts()
    {
        const string Denial = "The man does not smile and sits still.";

        Assert.Equal(
            new ClipDrop(DropReason.Contradiction, "the vision model denies 'smile', which is AU12 of the face"),
            ClipCheck.Face(Denial, Smile));
        Assert.Null(ClipCheck.Face(Denial, new Dictionary<int, double> { [12] = 1.9 }));
        Assert.Null(ClipCheck.Face(Denial, new Dictionary<int, double> { [4] = 3 }));
    }

    [Fact]
    public void A_synthesis_that_refuses_is_dropped_wherever_it_does()
    {
        Assert.Equal(DropReason.Refusal, Check(null)!.Reason);
        Assert.Equal(DropReason.Refusal, Check(Good with { Description = "As an AI, I cannot see." })!.Reason);
        Assert.Equal(DropReason.Refusal, Check(Good with { Reasoning = "I'm unable to say what she feels." })!.Reason);
    }

    [Fact]
    public void A_synthesis_that_finds_contradictions_is_dropped() => Assert.Equal(
        new ClipDrop(DropReason.Contradiction, "the text model finds that the clues contradict each other"),
        Check(Good with { Consistent = false }));

    [Fact]
    public void A_synthesis_of_another_emotion_is_dropped()
    {
        Assert.Equal(
            new ClipDrop(DropReason.Contradiction, "the text model concludes contempt, the face happy"),
            Check(Good with { Emotion = Emotion.Contempt }));
        Assert.Equal(
            new ClipDrop(DropReason.Contradiction, "the reasoning concludes worried, the face happy"),
            Check(Good with { Reasoning = "She smiles, but the slow voice and the words tell that she is worried." }));
        Assert.Equal(
            new ClipDrop(DropReason.Contradiction, "the description names sad, the face happy"),
            Check(Good with { Description = "A sad woman smiles and looks at the floor of the dim room." }));
    }

    [Fact]
    public void Captions_that_are_too_short_or_too_long_are_dropped()
    {
        Assert.Equal(
            new ClipDrop(DropReason.TooShort, "the description has 2 words, min_words is 10"),
            Check(Good with { Description = "A smile." }));
        var drop = new ClipCheck(new ConstructionRecipe { MaxWords = 13 }).Result(Good, Emotion.Happy);
        Assert.Equal(new ClipDrop(DropReason.TooLong, "the reasoning has 14 words, max_words is 13"), drop);
    }

    private static ClipDrop? Check(Synthesis? synthesis) =>
        new ClipCheck(new ConstructionRecipe()).Result(synthesis, Emotion.Happy);
}
