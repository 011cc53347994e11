using EmotionLlama.Generation;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Generation;

/// <summary>Answers of a small random Llama.</summary>
public sealed class TokenGeneratorTests
{
    private static readonly int[] Lengths = [9, 4, 13, 4];

    public static TheoryData<GenerationSettings> Ways =>
    [
        new GenerationSettings { MaxNewTokens = 12 },
        new GenerationSettings { MaxNewTokens = 12, RepetitionPenalty = 1.4, MinNewTokens = 12 },
        new GenerationSettings { MaxNewTokens = 8, Beams = 3, LengthPenalty = 0.7 },
    ];

    [Theory]
    [MemberData(nameof(Ways))]
    public void Prompts_of_different_lengths_are_answered_together_as_alone(GenerationSettings settings)
    {
        using var tiny = new TinyModel();
        using var scope = NewDisposeScope();
        var prompts = tiny.RandomPrompts(Lengths);
        var together = Generate(tiny, prompts, Lengths, settings);

        var start = 0;
        for (var i = 0; i < Lengths.Length; i++)
        {
            var alone = Generate(tiny, prompts.narrow(0, start, Lengths[i]), [Lengths[i]], settings).Single();
            Assert.Equal(alone.Ids, together[i].Ids);
            Assert.Equal(alone.Score.HasValue, settings.Beams > 1);
            start += Lengths[i];
        }
    }

    [Fact]
    public void An_answer_ends_where_the_models_positions_end()
    {
        using var tiny = new TinyModel(maxPositions: 16);
        using var scope = NewDisposeScope();
        var settings = new GenerationSettings { MinNewTokens = 500 };

        // The last token is never read, so it needs no position.
        var answers = Generate(tiny, tiny.RandomPrompts(16, 10), [16, 10], settings);

        Assert.Equal([1, 7], answers.Select(answer => answer.Ids.Count));
    }

    [Fact]
    public void A_prompt_longer_than_the_models_positions_is_an_error()
    {
        using var tiny = new TinyModel(maxPositions: 16);
        using var scope = NewDisposeScope();

        var error = Assert.Throws<InputException>(() =>
            Generate(tiny, tiny.RandomPrompts(17), [17], new()));

        Assert.Contains("max_position_embeddings (16)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_setting_is_an_error_before_anything_is_computed()
    {
        using var tiny = new TinyModel();
        using var scope = NewDisposeScope();

        Assert.Throws<InputException>(() =>
            Generate(tiny, tiny.RandomPrompts(4), [4], new() { Temperature = -1 }));
    }

    [Fact]
    public void No_prompts_have_no_answers()
    {
        using var tiny = new TinyModel();
        using var none = empty(0, tiny.Config.HiddenSize);

        Assert.Empty(Generate(tiny, none, [], new()));
    }

    [Fact]
    public void Two_hundred_generations_leave_no_tensor_behind()
    {
        using var tiny = new TinyModel();
        using var prompts = tiny.RandomPrompts(5, 3).DetachFromDisposeScope();
        GenerationSettings[] ways =
        [
            new() { MaxNewTokens = 3 },
            new() { MaxNewTokens = 3, DoSample = true, Seed = 1 },
            new() { MaxNewTokens = 3, Beams = 2 },
        ];
        Generate(tiny, prompts, [5, 3], ways[2]);
        var statistics = DisposeScopeManager.Statistics;
        var before = statistics.ThreadTotalLiveCount;

        for (var i = 0; i < 200; i++)
            Generate(tiny, prompts, [5, 3], ways[i % ways.Length]);

        Assert.Equal(before, statistics.ThreadTotalLiveCount);
    }

    private static IReadOnlyList<GeneratedTokens> Generate(
        TinyModel tiny, Tensor prompts, IReadOnlyList<int> lengths, GenerationSettings settings) =>
        new TokenGenerator(tiny.Model.Llama, tiny.Prompts.Tokenizer.EndId).Generate(
            prompts, lengths, settings, cancellation: TestContext.Current.CancellationToken);
}
