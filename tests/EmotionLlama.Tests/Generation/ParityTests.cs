using System.Text.Json;
using EmotionLlama.Datasets;
using EmotionLlama.Generation;
using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Generation;

/// <summary>The answers of the original system to the reference samples, token by token.</summary>
public sealed class ParityTests : IDisposable
{
    private const int NewTokens = 24;

    private readonly JsonDocument _expected =
        JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("parity", "expected.json")));

    private readonly ReferenceModel _reference;
    private readonly JsonElement[] _answers;

    public ParityTests()
    {
        _reference = ReferenceModel.Read(_expected.RootElement);
        _answers = [.. _expected.RootElement.GetProperty("generation").EnumerateArray()];
        Assert.Equal(_reference.Clips.Count, _answers.Length);
    }

    public static TheoryData<string> Ways => ["greedy", "greedy_rep1.2", "beam4", "beam3_len0.6"];

    public void Dispose()
    {
        _reference.Dispose();
        _expected.Dispose();
    }

    [Fact]
    public void Prompts_are_as_long_and_their_next_tokens_as_likely_as_in_the_reference()
    {
        using var _ = no_grad();
        foreach (var (clip, expected) in _reference.Clips.Zip(_answers))
        {
            using var scope = NewDisposeScope();
            using var batch = PackedBatch.Pack([(clip, _reference.Prompts.ForGeneration(clip.Instruction))]);
            using var scorer = new LlamaScorer(
                _reference.Model.Llama, _reference.Model.Embed(batch), batch.Lengths, steps: 0);
            var logits = scorer.Start().Row(0).ToArray();

            Assert.Equal(expected.GetProperty("prompt_len").GetInt32(), batch.Tokens);
            var best = logits.Index().OrderByDescending(logit => logit.Item).Take(5).ToArray();
            var top5 = expected.GetProperty("first_logits_top5").EnumerateArray().ToArray();
            Assert.Equal(top5.Select(pair => pair[0].GetInt32()), best.Select(logit => logit.Index));
            Assert.All(top5.Zip(best), pair => Assert.Equal(pair.First[1].GetDouble(), pair.Second.Item, 1e-3));
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Each_sample_alone_is_answered_with_the_tokens_of_the_reference(string way)
    {
        foreach (var (clip, expected) in _reference.Clips.Zip(_answers))
            Assert.Equal(Ids(expected, way), Answer([clip], way).Single().TokenIds);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void All_samples_together_are_answered_with_the_tokens_of_the_reference(string way)
    {
        var answers = Answer(_reference.Clips, way);

        Assert.Equal(_answers.Select(expected => Ids(expected, way)), answers.Select(answer => answer.TokenIds));
    }

    private IReadOnlyList<GeneratedAnswer> Answer(IReadOnlyList<ClipSample> clips, string way) =>
        new AnswerGenerator(_reference.Model, _reference.Prompts).Answer(
            clips, Settings(way), TestContext.Current.CancellationToken);

    private static GenerationSettings Settings(string way) => way switch
    {
        "greedy" => new() { MaxNewTokens = NewTokens },
        "greedy_rep1.2" => new() { MaxNewTokens = NewTokens, RepetitionPenalty = 1.2 },
        "beam4" => new() { MaxNewTokens = NewTokens, Beams = 4 },
        "beam3_len0.6" => new() { MaxNewTokens = NewTokens, Beams = 3, LengthPenalty = 0.6 },
        _ => throw new ArgumentOutOfRangeException(nameof(way)),
    };

    private static int[] Ids(JsonElement expected, string way) =>
        [.. expected.GetProperty(way).EnumerateArray().Select(id => id.GetInt32())];
}
