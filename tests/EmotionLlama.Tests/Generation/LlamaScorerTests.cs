using EmotionLlama.Generation;
using EmotionLlama.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Generation;

/// <summary>Kept keys and values give what reading everything anew gives.</summary>
public sealed class LlamaScorerTests
{
    private static readonly int[] Lengths = [7, 3, 11];

    [Fact]
    public void Logits_over_kept_tokens_equal_those_of_the_whole_sequences()
    {
        using var tiny = new TinyModel();
        using var check = new Check(tiny);

        check.Start();
        check.Next([0, 1, 2], [5, 9, 44]);
        check.Next([0, 1, 2], [17, 3, 3]);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(2)]
    [InlineData(2, 0, 1)]
    [InlineData(1, 1, 0)]
    [InlineData(0, 0, 1, 1, 2, 2)]
    public void Logits_stay_right_when_sequences_end_move_and_part(params int[] sources)
    {
        using var tiny = new TinyModel();
        using var check = new Check(tiny);
        check.Start();
        check.Next([0, 1, 2], [5, 9, 44]);

        check.Next(sources, [.. sources.Select((_, i) => 20 + i)]);
        check.Next([.. Enumerable.Range(0, sources.Length)], [.. sources.Select((_, i) => 30 + i)]);
        check.Next([.. sources.Select((_, i) => i).Reverse()], [.. sources.Select((_, i) => 40 + i)]);
    }

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(0, 2)]
    [InlineData(1, 1, 0)]
    public void Chosen_tokens_are_the_most_likely_ones(params int[] sources)
    {
        using var tiny = new TinyModel();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var prompts = tiny.RandomPrompts(Lengths);
        using var told = new LlamaScorer(tiny.Model.Llama, prompts, Lengths, steps: 4);
        using var itself = new LlamaScorer(tiny.Model.Llama, prompts, Lengths, steps: 4);
        told.Start();
        itself.Start();

        int[] tokens = [.. sources.Select((_, i) => 20 + i)];
        itself.Feed(sources, tokens);
        itself.FeedChosen();
        itself.FeedChosen();
        for (var step = 0; step < 3; step++)
        {
            var logits = told.Next(step == 0 ? sources : [.. Enumerable.Range(0, sources.Length)], tokens);
            tokens = [.. Enumerable.Range(0, sources.Length).Select(row => Logits.ArgMax(logits.Row(row)))];
            Assert.Equal(tokens, itself.ReadChosen());
        }
    }

    [Fact]
    public void Rows_of_the_embedding_that_stand_for_no_token_cannot_be_chosen()
    {
        using var tiny = new TinyModel();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var prompts = tiny.RandomPrompts(Lengths);
        using var all = new LlamaScorer(tiny.Model.Llama, prompts, Lengths, steps: 0);
        using var known = new LlamaScorer(tiny.Model.Llama, prompts, Lengths, steps: 0, vocabulary: 7);

        var (whole, cut) = (all.Start(), known.Start());

        for (var row = 0; row < Lengths.Length; row++)
            Assert.Equal(whole.Row(row)[..7], cut.Row(row));
    }

    [Fact]
    public void Logits_that_are_not_numbers_are_an_error_of_the_weights()
    {
        using var tiny = new TinyModel();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var prompt = full([4, tiny.Config.HiddenSize], double.NaN, ScalarType.Float32);
        using var scorer = new LlamaScorer(tiny.Model.Llama, prompt, [4], steps: 1);

        var error = Assert.Throws<InputException>(scorer.Start);

        Assert.Contains("not numbers", error.Message, StringComparison.Ordinal);
        scorer.Feed([0], [1]);
        Assert.Throws<InputException>(() => scorer.ReadChosen());
    }

    /// <summary>A scorer, and beside it the whole sequences, which go through the model anew each time.</summary>
    private sealed class Check : IDisposable
    {
        private readonly TinyModel _tiny;
        private readonly DisposeScope _scope = NewDisposeScope();
        private readonly IDisposable _noGradients = no_grad();
        private readonly LlamaScorer _scorer;
        private Tensor[] _sequences;

        public Check(TinyModel tiny)
        {
            _tiny = tiny;
            var prompts = tiny.RandomPrompts(Lengths);
            _sequences = [.. prompts.split(Lengths.Select(length => (long)length).ToArray())];
            _scorer = new LlamaScorer(tiny.Model.Llama, prompts, Lengths, steps: 4);
        }

        public void Start() => Compare(_scorer.Start());

        public void Next(int[] sources, int[] tokens)
        {
            var llama = _tiny.Model.Llama;
            _sequences = [.. sources.Zip(tokens, (source, token) =>
                cat([_sequences[source], llama.Embed(tensor(new long[] { token }))]))];
            Compare(_scorer.Next(sources, tokens));
        }

        public void Dispose()
        {
            _scorer.Dispose();
            _noGradients.Dispose();
            _scope.Dispose();
        }

        private void Compare(LogitRows logits)
        {
            Assert.Equal(_sequences.Length, logits.Count);
            for (var row = 0; row < _sequences.Length; row++)
            {
                var sequence = _sequences[row];
                var hidden = _tiny.Model.Llama.Forward(sequence, SequenceLayout.Create([(int)sequence.shape[0]], CPU));
                var expected = _tiny.Model.Llama.Logits(hidden[^1..]);
                var difference = (expected - tensor(logits.Row(row).ToArray())).abs().max().item<float>();
                Assert.InRange(difference, 0, 1e-5);
            }
        }
    }
}
