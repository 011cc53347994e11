using EmotionLlama.Generation;
using EmotionLlama.Tokenization;
using Microsoft.Extensions.AI;

namespace EmotionLlama.Tests.Generation;

/// <summary>Chats with a small random model.</summary>
public sealed class LlamaChatClientTests : IDisposable
{
    private readonly TinyModel _tiny = new();
    private readonly LlamaChatClient _client;

    public LlamaChatClientTests() => _client = new LlamaChatClient(_tiny.Model, Tokenizer, "tiny");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private LlamaTextTokenizer Tokenizer => _tiny.Prompts.Tokenizer;

    public void Dispose()
    {
        _client.Dispose();
        _tiny.Dispose();
    }

    [Fact]
    public void A_chat_is_laid_out_as_Llama_2_knows_it()
    {
        ChatMessage[] chat =
        [
            new(ChatRole.System, "be kind"),
            new(ChatRole.User, " the face "),
            new(ChatRole.Assistant, "angry"),
            new(ChatRole.User, "the voice </s>"),
        ];

        var ids = LlamaChatPrompt.Encode(Tokenizer, chat, instructions: null);

        int[] expected =
        [
            Tokenizer.BeginId,
            .. Tokenizer.Encode("[INST] <<SYS>>\nbe kind\n<</SYS>>\n\nthe face [/INST] angry "),
            Tokenizer.EndId,
            Tokenizer.BeginId,
            .. Tokenizer.Encode("[INST] the voice [/INST]"),
        ];
        Assert.Equal(expected, ids);
    }

    [Fact]
    public async Task An_answer_is_repeatable_and_counted()
    {
        var options = new ChatOptions { MaxOutputTokens = 12, Temperature = 0 };

        var first = await _client.GetResponseAsync("the face", options, Cancellation);
        var second = await _client.GetResponseAsync("the face", options, Cancellation);
        var other = await _client.GetResponseAsync("the voice", options, Cancellation);

        Assert.Equal(first.Text, second.Text);
        Assert.NotEqual("", first.Text);
        Assert.NotEqual(first.Text, other.Text);
        Assert.Equal("tiny", first.ModelId);
        Assert.InRange(first.Usage!.OutputTokenCount!.Value, 1, 12);
        Assert.Equal(
            LlamaChatPrompt.Encode(Tokenizer, [new(ChatRole.User, "the face")], null).Count,
            first.Usage.InputTokenCount);
    }

    [Fact]
    public async Task The_answer_is_what_the_generator_gives_for_the_prompt()
    {
        var ids = LlamaChatPrompt.Encode(Tokenizer, [new(ChatRole.User, "the words")], null);
        using var tokens = TorchSharp.torch.tensor(ids.Select(id => (long)id).ToArray());
        using var embedded = _tiny.Model.Llama.Embed(tokens);
        var expected = new TokenGenerator(_tiny.Model.Llama, Tokenizer.EndId).Generate(
            embedded, [ids.Count], new() { MaxNewTokens = 9 }, cancellation: Cancellation)[0].Ids;

        var response = await _client.GetResponseAsync("the words", new() { MaxOutputTokens = 9 }, Cancellation);

        Assert.Equal(Tokenizer.Decode(expected).Trim(), response.Text);
        Assert.Equal(
            expected[^1] == Tokenizer.EndId ? ChatFinishReason.Stop : ChatFinishReason.Length, response.FinishReason);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task The_pieces_of_a_stream_joined_are_the_answer(int beams)
    {
        using var client = new LlamaChatClient(
            _tiny.Model, Tokenizer, "tiny", new() { MaxNewTokens = 10, MinNewTokens = 10, Beams = beams });

        var pieces = await client.GetStreamingResponseAsync("the face", cancellationToken: Cancellation)
            .ToListAsync(Cancellation);

        Assert.True(pieces.Count > 2);
        Assert.Equal(
            (await client.GetResponseAsync("the face", cancellationToken: Cancellation)).Text,
            string.Concat(pieces.Select(piece => piece.Text)));
    }

    [Fact]
    public async Task Drawn_answers_follow_their_seed()
    {
        var options = new ChatOptions { MaxOutputTokens = 20, Temperature = 1, Seed = 5 };

        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ =>
            _client.GetResponseAsync("the face", options, Cancellation)));

        Assert.Single(answers.Select(answer => answer.Text).Distinct());
    }

    [Fact]
    public async Task A_chat_too_long_for_the_model_is_refused()
    {
        var error = await Assert.ThrowsAsync<InputException>(() => _client.GetResponseAsync(
            string.Concat(Enumerable.Repeat("the face ", 300)), cancellationToken: Cancellation));

        Assert.Contains("max_position_embeddings (256)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chat_with_a_picture_or_without_a_question_is_refused()
    {
        await Assert.ThrowsAsync<InputException>(() => _client.GetResponseAsync(
            new ChatMessage(ChatRole.User, [new DataContent(new byte[4], "image/png")]),
            cancellationToken: Cancellation));
        await Assert.ThrowsAsync<InputException>(() => _client.GetResponseAsync(
            new ChatMessage(ChatRole.System, "be kind"), cancellationToken: Cancellation));
    }

    [Fact]
    public async Task Leaving_a_stream_early_lets_the_next_chat_in()
    {
        using var client = new LlamaChatClient(
            _tiny.Model, Tokenizer, "tiny", new() { MaxNewTokens = 150, MinNewTokens = 150 });

        await foreach (var _ in client.GetStreamingResponseAsync("the face", cancellationToken: Cancellation))
            break;

        var next = await client.GetResponseAsync("the face", cancellationToken: Cancellation);

        Assert.Equal(150, next.Usage!.OutputTokenCount);
    }

    [Fact]
    public async Task A_chat_stops_when_it_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            _client.GetResponseAsync("the face", cancellationToken: stop.Token));
    }
}
