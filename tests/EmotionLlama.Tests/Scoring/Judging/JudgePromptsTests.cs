using System.Text;
using EmotionLlama.Configuration;
using EmotionLlama.Scoring.Judging;

namespace EmotionLlama.Tests.Scoring.Judging;

public sealed class JudgePromptsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(JudgeLanguage.English, "truth was written")]
    [InlineData(JudgeLanguage.Chinese, "真实描述")]
    public void Built_in_prompts_exist_in_both_languages(JudgeLanguage language, string words)
    {
        var prompts = JudgePrompts.Load(language, folder: null);

        var text = prompts.ClueOverlap.Fill(("truth", "He frowns."), ("prediction", "He smiles."));

        Assert.Contains(words, text, StringComparison.Ordinal);
        Assert.Contains("He frowns.", text, StringComparison.Ordinal);
        Assert.Contains("He smiles.", text, StringComparison.Ordinal);
        Assert.Contains("\"score\"", text, StringComparison.Ordinal);
        Assert.Contains("\"emotions\"", prompts.Emotions.Fill(("description", "x")), StringComparison.Ordinal);
        Assert.Contains(
            "\"score\"", prompts.LabelOverlap.Fill(("truth", "x"), ("prediction", "y")), StringComparison.Ordinal);
        Assert.Contains("too long", prompts.Reminder.Fill(("problem", "too long")), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_filled_in_is_not_searched_for_places()
    {
        var prompts = JudgePrompts.Load(JudgeLanguage.English, folder: null);

        var text = prompts.ClueOverlap.Fill(("truth", "{prediction} {other}"), ("prediction", "He smiles."));

        Assert.Contains("{prediction} {other}", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_replaces_one_prompt_and_leaves_the_others()
    {
        Write("emotions.txt", "Feelings in {description}? Answer as {\"emotions\": []}.\r\n");

        var prompts = JudgePrompts.Load(JudgeLanguage.English, _folder.Location);

        Assert.Equal("Feelings in x? Answer as {\"emotions\": []}.", prompts.Emotions.Fill(("description", "x")));
        Assert.Contains(
            "overlap", prompts.LabelOverlap.Fill(("truth", ""), ("prediction", "")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clue_overlap.txt", "Compare {truth}.", "{prediction}")]
    [InlineData("clue_overlap.txt", "Compare {truth} with {predicton}.", "did you mean {prediction}?")]
    [InlineData("label_overlap.txt", "", "{truth}")]
    [InlineData("clue-overlap.txt", "Compare {truth} with {prediction}.", "did you mean clue_overlap.txt?")]
    public void A_file_that_is_not_as_it_should_be_is_refused(string name, string text, string words)
    {
        Write(name, text);

        var error = Assert.Throws<InputException>(
            () => JudgePrompts.Load(JudgeLanguage.English, _folder.Location));

        Assert.StartsWith(_folder[name], error.Message, StringComparison.Ordinal);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_is_refused() => Assert.Throws<InputException>(
        () => JudgePrompts.Load(JudgeLanguage.English, _folder["none"]));

    private void Write(string name, string text) => _folder.Write(name, Encoding.UTF8.GetBytes(text));
}
