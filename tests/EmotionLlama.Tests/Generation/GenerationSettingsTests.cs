using EmotionLlama.Generation;

namespace EmotionLlama.Tests.Generation;

/// <summary>Ranges of the settings.</summary>
public sealed class GenerationSettingsTests
{
    public static TheoryData<string, GenerationSettings> Mistakes => new()
    {
        { "max_new_tokens", new() { MaxNewTokens = 0 } },
        { "min_new_tokens", new() { MinNewTokens = -1 } },
        { "min_new_tokens", new() { MinNewTokens = 6, MaxNewTokens = 5 } },
        { "num_beams", new() { Beams = 0 } },
        { "do_sample", new() { Beams = 2, DoSample = true } },
        { "length_penalty", new() { LengthPenalty = double.NaN } },
        { "repetition_penalty", new() { RepetitionPenalty = 0 } },
        { "temperature", new() { Temperature = 0 } },
        { "temperature", new() { Temperature = double.PositiveInfinity } },
        { "top_p", new() { TopP = 0 } },
        { "top_p", new() { TopP = 1.01 } },
        { "top_k", new() { TopK = -1 } },
    };

    [Fact]
    public void The_defaults_are_valid() => new GenerationSettings().Validate();

    [Fact]
    public void Values_at_the_ends_of_their_ranges_are_valid() => new GenerationSettings
    {
        MaxNewTokens = 1,
        MinNewTokens = 1,
        TopP = 1,
        Temperature = 1e-6,
        LengthPenalty = -2,
        DoSample = true,
    }.Validate();

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_named_in_one_line(string name, GenerationSettings settings)
    {
        var error = Assert.Throws<InputException>(settings.Validate);

        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
