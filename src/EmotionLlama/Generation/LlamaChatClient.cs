using System.Runtime.CompilerServices;
using System.Threading.Channels;
using EmotionLlama.Models;
using EmotionLlama.Tokenization;
using Microsoft.Extensions.AI;
using static TorchSharp.torch;

namespace EmotionLlama.Generation;

/// <summary>Chats with an Emotion-LLaMA about text, without a picture. Chats are answered one after the other. A
/// response format or tools are not heeded.</summary>
public sealed class LlamaChatClient : IChatClient
{
    private readonly EmotionLlamaModel _model;
    private readonly LlamaTextTokenizer _tokenizer;
    private readonly GenerationSettings _settings;
    private readonly TokenGenerator _tokens;
    private readonly ChatClientMetadata _metadata;
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Makes a client of a model.</summary>
    /// <param name="model">The model; the caller keeps it.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="name">What the model is called, in responses and by a judge's cache.</param>
    /// <param name="settings">How tokens are chosen where a chat does not say; null takes the most likely ones, at most
    /// 500.</param>
    /// <exception cref="InputException">A setting is out of range, or the tokenizer is not the model's.</exception>
    public LlamaChatClient(
        EmotionLlamaModel model, LlamaTextTokenizer tokenizer, string name, GenerationSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (tokenizer.VocabularySize > model.Llama.Config.VocabularySize)
        {
            throw new InputException($"the tokenizer has {tokenizer.VocabularySize} ids, the model only "
                + $"{model.Llama.Config.VocabularySize}; take tokenizer.model from the model's folder");
        }

        _model = model;
        _tokenizer = tokenizer;
        _settings = settings ?? new GenerationSettings();
        _settings.Validate();
        _tokens = new TokenGenerator(model.Llama, tokenizer.EndId);
        _metadata = new ChatClientMetadata("emotion-llama", providerUri: null, name);
    }

    /// <inheritdoc/>
    /// <exception cref="InputException">The chat is too long for the model's positions, has something else than text,
    /// or an option is out of range.</exception>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="InputException">The chat is too long for the model's positions, has something else than text,
    /// or an option is out of range.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return ReadUpdates(messages, options, cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Ends the client; the model stays.</summary>
    public void Dispose() => _turn.Dispose();

    private async IAsyncEnumerable<ChatResponseUpdate> ReadUpdates(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var settings = SettingsFor(options);
        var prompt = LlamaChatPrompt.Encode(_tokenizer, messages, options?.Instructions);
        var positions = _model.Llama.Config.MaxPositions;
        if (prompt.Count >= positions)
        {
            throw new InputException($"a chat of {prompt.Count} tokens leaves no room for an answer in the model's "
                + $"max_position_embeddings ({positions}); shorten it");
        }

        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var updates = Channel.CreateUnbounded<ChatResponseUpdate>(
                new() { SingleReader = true, SingleWriter = true });

            // Tensors belong to the thread that makes them, so the whole answer is made on one, which never awaits.
            var worker = Task.Run(
                () => WriteUpdates(prompt, settings, updates.Writer, stop.Token), CancellationToken.None);
            try
            {
                await foreach (var update in updates.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                    yield return update;
            }
            finally
            {
                await stop.CancelAsync().ConfigureAwait(false);
                await worker.ConfigureAwait(false);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private GenerationSettings SettingsFor(ChatOptions? options)
    {
        var settings = _settings with { MaxNewTokens = options?.MaxOutputTokens ?? _settings.MaxNewTokens };
        settings = options?.Temperature switch
        {
            null => settings,
            0 => settings with { DoSample = false },
            var temperature => settings with
            {
                Beams = 1,
                DoSample = true,
                Temperature = temperature.Value,
                TopP = options.TopP ?? settings.TopP,
                TopK = options.TopK ?? settings.TopK,
                Seed = options.Seed ?? settings.Seed,
            },
        };
        settings.Validate();
        return settings;
    }

    private void WriteUpdates(
        List<int> prompt,
        GenerationSettings settings,
        ChannelWriter<ChatResponseUpdate> updates,
        CancellationToken cancellation)
    {
        try
        {
            var text = new AnswerTextStream(_tokenizer);
            var id = Guid.NewGuid().ToString("n");
            var answer = Generate(prompt, settings, token => Write(text.Add(token)), cancellation);
            if (settings.Beams > 1)
            {
                foreach (var token in answer)
                    Write(text.Add(token));
            }

            Write(text.Finish());
            var last = Update(new UsageContent(new UsageDetails
            {
                InputTokenCount = prompt.Count,
                OutputTokenCount = answer.Count,
                TotalTokenCount = prompt.Count + answer.Count,
            }));
            last.FinishReason = answer[^1] == _tokenizer.EndId ? ChatFinishReason.Stop : ChatFinishReason.Length;
            updates.TryWrite(last);
            updates.Complete();

            void Write(string piece)
            {
                if (piece.Length > 0)
                    updates.TryWrite(Update(new TextContent(piece)));
            }

            ChatResponseUpdate Update(AIContent content) => new(ChatRole.Assistant, [content])
            {
                ResponseId = id,
                MessageId = id,
                ModelId = _metadata.DefaultModelId,
            };
        }
        catch (Exception error)
        {
            // The reader gets it.
            updates.Complete(error);
        }
    }

    private IReadOnlyList<int> Generate(
        List<int> prompt, GenerationSettings settings, Action<int> onToken, CancellationToken cancellation)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var ids = tensor(prompt.Select(id => (long)id).ToArray(), device: _model.Device);
        return _tokens.Generate(
            _model.Llama.Embed(ids), [prompt.Count], settings, (_, token) => onToken(token), cancellation)[0].Ids;
    }
}
