using EmotionLlama.Generation;
using EmotionLlama.Models;
using EmotionLlama.Runtime;
using EmotionLlama.Runtime.Cuda;
using EmotionLlama.Tests.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Runtime;

/// <summary>The kernels of decoding, and recorded steps, against plain operators in float32 on the CPU.</summary>
public sealed class DecodeKernelTests : GpuTests
{
    [Theory]
    [InlineData(ScalarType.BFloat16, 32, 32, 128, new[] { 330 }, 1, 0)]
    [InlineData(ScalarType.BFloat16, 32, 32, 128, new[] { 330 }, 1, 200)]
    [InlineData(ScalarType.BFloat16, 40, 40, 128, new[] { 330, 12, 480, 1 }, 4, 63)]
    [InlineData(ScalarType.BFloat16, 8, 2, 64, new[] { 1, 130, 17 }, 1, 5)]
    [InlineData(ScalarType.BFloat16, 3, 1, 80, new[] { 65 }, 3, 3)]
    [InlineData(ScalarType.BFloat16, 2, 2, 256, new[] { 7, 7 }, 1, 130)]
    [InlineData(ScalarType.Float16, 4, 4, 16, new[] { 5 }, 2, 1)]
    [InlineData(ScalarType.Float32, 4, 2, 128, new[] { 64, 128 }, 1, 64)]
    [InlineData(ScalarType.Float32, 4, 2, 8, new[] { 5, 3 }, 2, 4)]
    [InlineData(ScalarType.BFloat16, 3, 1, 10, new[] { 5, 3 }, 1, 4)]
    public void Attention_over_kept_tokens(
        ScalarType type, int heads, int keyHeads, int channels, int[] lengths, int rowsOfPrompt, int answerTokens)
    {
        const int positions = 1024;
        var row = Draw(type, 1, lengths.Length * rowsOfPrompt, (heads + (2 * keyHeads)) * channels);
        using var table = new RotaryTable(channels, positions, 10_000, 1, CPU);
        using var there = new RotaryTable(channels, positions, 10_000, 1, CUDA);
        var (here, onGpu) = (Kept(ScalarType.Float32, CPU), Kept(type, CUDA));

        var expected = CachedAttention.Attend(
            Wide(row), new Rotations(table, here.Sequences.Positions, ScalarType.Float32), here.Tokens, here.Sequences,
            heads);
        var actual = CachedAttention.Attend(
            row.cuda(), new Rotations(there, onGpu.Sequences.Positions, type), onGpu.Tokens, onGpu.Sequences, heads);

        AssertClose(type, expected, actual);
        AssertClose(
            type, here.Tokens.AnswerKeys.select(2, answerTokens), onGpu.Tokens.AnswerKeys.select(2, answerTokens));
        AssertClose(
            type, here.Tokens.AnswerValues.select(2, answerTokens), onGpu.Tokens.AnswerValues.select(2, answerTokens));

        (CachedTokens Tokens, CachedSequences Sequences) Kept(ScalarType kind, Device device)
        {
            var (prompts, longest) = (lengths.Length, lengths.Max());
            var rows = prompts * rowsOfPrompt;
            Tensor States(int seed, int count, int places) =>
                Draw(type, seed, count, keyHeads, places, channels).to(kind).to(device);
            long[] promptOfRow = [.. Enumerable.Range(0, rows).Select(i => (long)i / rowsOfPrompt)];
            var masks = promptOfRow.Select(prompt => cat(
                [zeros(lengths[prompt]), full([longest - lengths[prompt]], double.NegativeInfinity)]));
            return (
                new(States(2, prompts, longest), States(3, prompts, longest),
                    States(4, rows, answerTokens + 3), States(5, rows, answerTokens + 3)),
                new CachedSequences
                {
                    Positions = tensor(promptOfRow.Select(prompt => (long)lengths[prompt] + answerTokens).ToArray())
                        .to(device),
                    PromptOfRow = tensor(promptOfRow).to(device),
                    PromptLengths = tensor(lengths.Select(length => (long)length).ToArray()).to(device),
                    Mask = stack(masks).view(rows, 1, 1, longest).to(kind).to(device),
                    RowsOfPrompt = rowsOfPrompt,
                    AnswerTokens = answerTokens,
                });
        }
    }

    [Theory]
    [InlineData(ScalarType.BFloat16, 1, 4096, 12288)]
    [InlineData(ScalarType.BFloat16, 1, 11008, 4096)]
    [InlineData(ScalarType.BFloat16, 2, 40, 33)]
    [InlineData(ScalarType.Float16, 3, 8, 1)]
    [InlineData(ScalarType.Float16, 4, 1032, 7)]
    [InlineData(ScalarType.Float32, 1, 36, 1001)]
    [InlineData(ScalarType.BFloat16, 5, 64, 10)]
    [InlineData(ScalarType.BFloat16, 1, 9, 10)]
    public void A_few_rows_times_a_matrix(ScalarType type, int rows, int inputs, int outputs)
    {
        var (x, matrix) = (Draw(type, 1, rows, inputs), Draw(type, 2, outputs, inputs));

        AssertClose(type, Wide(x).matmul(Wide(matrix).t()), FusedOperators.Linear(x.cuda(), matrix.cuda()));
    }

    [Theory]
    [InlineData(ScalarType.BFloat16, 32000, 32000)]
    [InlineData(ScalarType.BFloat16, 32064, 31999)]
    [InlineData(ScalarType.Float32, 777, 777)]
    [InlineData(ScalarType.Float16, 5, 3)]
    public void Choice_of_tokens(ScalarType type, int width, int vocabulary)
    {
        var logits = Draw(type, 1, 7, width);
        logits[1, 1] = 50;
        logits[1, 2] = 50;
        logits[2, vocabulary - 1] = 50;
        logits[3, vocabulary / 2] = double.NaN;
        logits[4] = double.NegativeInfinity;
        if (width > vocabulary)
            logits[5, vocabulary] = 50;

        var (next, chosen) = (zeros(7, ScalarType.Int64), zeros(7));
        var (nextThere, chosenThere) = (zeros(7, ScalarType.Int64, CUDA), zeros(7, device: CUDA));
        FusedOperators.Choose(logits.to(ScalarType.Float32), vocabulary, next, chosen);
        FusedOperators.Choose(logits.cuda(), vocabulary, nextThere, chosenThere);

        Assert.Equal(1, chosen[1].item<float>());
        Assert.Equal(-1, chosen[3].item<float>());
        Assert.Equal(0, next[3].item<long>());
        Assert.Equal(chosen.data<float>().ToArray(), chosenThere.cpu().data<float>().ToArray());
        Assert.Equal(next.data<long>().ToArray(), nextThere.cpu().data<long>().ToArray());
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 4)]
    [InlineData(3, 0)]
    public void Answers_of_recorded_steps_are_those_of_the_CPU(int beams, int loraRank)
    {
        int[] lengths = [9, 40, 13, 4, 4];
        var settings = new GenerationSettings { MaxNewTokens = 40, Beams = beams };
        var prompts = TinyModels.Normal([lengths.Sum(), TinyModels.Config.HiddenSize], 1, 7);

        var expected = Generate(CPU);
        for (var again = 0; again < 3; again++)
            Assert.Equal(expected.Select(answer => answer.Ids), Generate(CUDA).Select(answer => answer.Ids));

        IReadOnlyList<GeneratedTokens> Generate(Device device)
        {
            using var llama = Create(device, ScalarType.Float32, loraRank);
            return new TokenGenerator(llama, endId: 5).Generate(
                prompts.to(device), lengths, settings, cancellation: TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32, 1e-4)]
    [InlineData(ScalarType.BFloat16, 0.05)]
    public void Logits_of_recorded_steps_are_those_of_whole_sequences(ScalarType type, double tolerance)
    {
        using var _ = no_grad();
        using var llama = Create(CUDA, type, loraRank: 4);
        int[] lengths = [7, 3];
        var sequences = lengths.Select((length, i) => Draw(type, i, length, TinyModels.Config.HiddenSize)).ToArray();
        using var scorer = new LlamaScorer(llama, cat(sequences).cuda(), lengths, steps: 9);
        scorer.Start();
        for (var step = 0; step < 9; step++)
        {
            // In the end one row is left, in place of the other.
            int[] sources = step switch { 4 => [1, 0], 6 => [1], _ => [.. Enumerable.Range(0, sequences.Length)] };
            int[] tokens = [.. sources.Select((_, i) => 20 + step + i)];
            var logits = scorer.Next(sources, tokens);
            sequences = [.. sources.Zip(tokens, (source, token) => cat(
                [sequences[source], llama.Embed(tensor(new long[] { token }).cuda()).cpu()]))];
            for (var row = 0; row < sequences.Length; row++)
            {
                var whole = llama.Logits(llama.Forward(
                    sequences[row].cuda(), SequenceLayout.Create([(int)sequences[row].shape[0]], CUDA))[^1..]);
                var expected = Wide(whole).squeeze(0);
                var difference = (expected - tensor(logits.Row(row).ToArray())).abs().max().item<float>();
                Assert.InRange(difference / expected.abs().max().item<float>(), 0, tolerance);
            }
        }
    }

    [Fact]
    public void Memory_does_not_grow_from_answer_to_answer()
    {
        using var llama = Create(CUDA, ScalarType.BFloat16, loraRank: 0);
        var prompts = Draw(ScalarType.BFloat16, 1, 12, TinyModels.Config.HiddenSize).cuda();
        var used = new List<long>();
        for (var i = 0; i < 30; i++)
        {
            new TokenGenerator(llama, endId: -1).Generate(
                prompts, [5, 7], new() { MaxNewTokens = 20, MinNewTokens = 0 },
                cancellation: TestContext.Current.CancellationToken);
            cuda.synchronize();
            used.Add(CudaApi.Memory().Free);
        }

        Assert.Equal(used[5], used[^1]);
    }

    private static Llama Create(Device device, ScalarType type, int loraRank)
    {
        var config = TinyModels.Config with { HeadSize = 16 };
        var llama = new Llama(
            config,
            new WeightReader(TinyModels.LlamaWeights(config), device, type),
            new LoraSettings { Rank = loraRank, Dropout = 0 });
        using var _ = no_grad();
        foreach (var (name, value) in llama.LoraParameters)
            value.copy_(TinyModels.Normal(value.shape, 0.2, NoisyWeights.SeedOf(name)));

        return llama;
    }
}
