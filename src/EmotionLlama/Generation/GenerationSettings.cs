namespace EmotionLlama.Generation;

/// <summary>How an answer is chosen, token by token. The rules are those of Hugging Face's <c>generate</c> for a prompt
/// of embeddings: lengths and penalties count the tokens of the answer only.</summary>
public sealed record GenerationSettings
{
    /// <summary>The most tokens of an answer, the end symbol included. An answer also ends where the model has no
    /// positions left.</summary>
    public int MaxNewTokens { get; init; } = 500;

    /// <summary>The end symbol is forbidden before an answer has this many tokens.</summary>
    public int MinNewTokens { get; init; } = 1;

    /// <summary>Hypotheses that a beam search keeps; 1 searches none and takes one token after the other.</summary>
    public int Beams { get; init; } = 1;

    /// <summary>Exponent p of a hypothesis' score, <c>Σ log probability / tokensᵖ</c>: above 0 favours long answers,
    /// below 0 short ones. Used by beam search only.</summary>
    public double LengthPenalty { get; init; } = 1;

    /// <summary>Tokens that the answer already holds are made less likely: a positive logit is divided by this, a
    /// negative one multiplied. 1 changes nothing.</summary>
    /// <remarks>Keskar et al., "CTRL: A Conditional Transformer Language Model", 2019, section 4.1.</remarks>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Whether tokens are drawn at random by their probabilities; otherwise the most likely is taken, and
    /// <see cref="Temperature"/>, <see cref="TopP"/> and <see cref="TopK"/> have no effect.</summary>
    public bool DoSample { get; init; }

    /// <summary>Logits are divided by this before a draw: below 1 sharpens the probabilities, above 1 flattens them.
    /// </summary>
    public double Temperature { get; init; } = 1;

    /// <summary>A draw is among the most likely tokens that together have this probability; 1 takes all.</summary>
    /// <remarks>Holtzman et al., "The Curious Case of Neural Text Degeneration", 2019.</remarks>
    public double TopP { get; init; } = 0.9;

    /// <summary>A draw is among this many most likely tokens; 0 takes all.</summary>
    public int TopK { get; init; }

    /// <summary>Makes draws repeatable; null draws anew each time. The answer at a place of a batch depends on the seed
    /// and that place, not on the other samples.</summary>
    public long? Seed { get; init; }

    /// <summary>Checks the values.</summary>
    /// <exception cref="InputException">A setting is out of its range, or two contradict each other; the message names
    /// it.</exception>
    public void Validate()
    {
        Require(MaxNewTokens >= 1, $"max_new_tokens is {MaxNewTokens}, expected at least 1");
        Require(MinNewTokens >= 0, $"min_new_tokens is {MinNewTokens}, expected at least 0");
        Require(
            MinNewTokens <= MaxNewTokens,
            $"min_new_tokens is {MinNewTokens}, expected at most max_new_tokens, which is {MaxNewTokens}");
        Require(Beams >= 1, $"num_beams is {Beams}, expected at least 1");
        Require(
            Beams == 1 || !DoSample,
            $"num_beams is {Beams} with do_sample on; beam search does not sample, so set num_beams to 1 or turn "
                + "do_sample off");
        Require(double.IsFinite(LengthPenalty), $"length_penalty is {LengthPenalty}, expected a number");
        Require(
            RepetitionPenalty > 0 && double.IsFinite(RepetitionPenalty),
            $"repetition_penalty is {RepetitionPenalty}, expected a number above 0; 1 is none");
        Require(
            Temperature > 0 && double.IsFinite(Temperature),
            $"temperature is {Temperature}, expected a number above 0; turn do_sample off for the most likely answer");
        Require(TopP is > 0 and <= 1, $"top_p is {TopP}, expected a number above 0 and up to 1; 1 takes all tokens");
        Require(TopK >= 0, $"top_k is {TopK}, expected at least 0; 0 takes all tokens");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new InputException(otherwise);
    }
}
