using System.Runtime.CompilerServices;
using System.Threading.Channels;
using EmotionLlama.Datasets;
using EmotionLlama.Models;
using EmotionLlama.Tokenization;
using static TorchSharp.torch;

namespace EmotionLlama.Generation;

/// <summary>Asks the model about clips. It keeps no state between calls, so several threads may call it at once, as
/// long as none trains the model meanwhile.</summary>
public sealed class AnswerGenerator
{
    private readonly EmotionLlamaModel _model;
    private readonly PromptBuilder _prompts;
    private readonly TokenGenerator _tokens;

    /// <summary>Joins a model with the prompts it was trained with.</summary>
    /// <param name="model">The model; the caller keeps it.</param>
    /// <param name="prompts">Builds the prompts, for as many image tokens as the model makes of a picture.</param>
    /// <exception cref="InputException">Model and tokenizer do not belong together.</exception>
    public AnswerGenerator(EmotionLlamaModel model, PromptBuilder prompts)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompts);
        if (prompts.Settings.ImageTokens != model.ImageTokens)
        {
            throw new ArgumentException(
                $"prompts have places for {prompts.Settings.ImageTokens} image tokens, the model makes "
                + $"{model.ImageTokens}",
                nameof(prompts));
        }

        if (prompts.Tokenizer.VocabularySize > model.Llama.Config.VocabularySize)
        {
            throw new InputException($"the tokenizer has {prompts.Tokenizer.VocabularySize} ids, the model only "
                + $"{model.Llama.Config.VocabularySize}; take tokenizer.model from the model's folder");
        }

        _model = model;
        _prompts = prompts;
        _tokens = new TokenGenerator(model.Llama, prompts.Tokenizer.EndId, prompts.Tokenizer.VocabularySize);
    }

    /// <summary>Answers the instructions of several clips in one batch.</summary>
    /// <param name="clips">The clips; their answers are not looked at.</param>
    /// <param name="settings">How tokens are chosen.</param>
    /// <param name="cancellation">Stops between two tokens.</param>
    /// <returns>An answer to each clip, in their order.</returns>
    /// <exception cref="InputException">A setting is out of range, or an instruction cannot be a prompt.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public IReadOnlyList<GeneratedAnswer> Answer(
        IReadOnlyList<ClipSample> clips, GenerationSettings settings, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(clips);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        if (clips.Count == 0)
            return [];

        var answers = Generate(clips, settings, onToken: null, cancellation);
        return [.. clips.Zip(answers, (clip, answer) => new GeneratedAnswer(
            clip.Name, AnswerText.Decode(_prompts.Tokenizer, answer.Ids), answer.Ids, answer.Score))];
    }

    /// <summary>Answers the instruction of one clip and hands out the text while it grows; a beam search hands it out at
    /// its end. Marks that the model spells itself, such as <c>[/INST]</c>, stay in: what was handed out cannot be taken
    /// back.</summary>
    /// <param name="clip">The clip; it must live until the last piece has come.</param>
    /// <param name="settings">How tokens are chosen.</param>
    /// <param name="cancellation">Stops between two tokens. Leaving the loop over the pieces stops too.</param>
    /// <returns>Pieces that, joined, are the text of the answer, without white space at both ends.</returns>
    /// <exception cref="InputException">A setting is out of range, or, while the pieces are read, the instruction
    /// cannot be a prompt.</exception>
    public IAsyncEnumerable<string> StreamAsync(
        ClipSample clip, GenerationSettings settings, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(clip);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        return ReadPieces(clip, settings, cancellation);
    }

    /// <summary>Tokens of the prompt that an instruction makes, those of picture and features included.</summary>
    /// <exception cref="InputException">The instruction cannot be a prompt.</exception>
    public int CountPromptTokens(string instruction) => _prompts.ForGeneration(instruction).Prompt.Count;

    private async IAsyncEnumerable<string> ReadPieces(
        ClipSample clip, GenerationSettings settings, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var pieces = Channel.CreateUnbounded<string>(new() { SingleReader = true, SingleWriter = true });

        // Tensors belong to the thread that makes them, so the whole answer is made on one, which never awaits.
        var worker = Task.Run(() => WritePieces(clip, settings, pieces.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var piece in pieces.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
                yield return piece;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await worker.ConfigureAwait(false);
        }
    }

    private void WritePieces(
        ClipSample clip, GenerationSettings settings, ChannelWriter<string> pieces, CancellationToken cancellation)
    {
        try
        {
            var text = new AnswerTextStream(_prompts.Tokenizer);
            if (settings.Beams > 1)
            {
                foreach (var id in Generate([clip], settings, onToken: null, cancellation)[0].Ids)
                    Write(text.Add(id));
            }
            else
            {
                Generate([clip], settings, (_, id) => Write(text.Add(id)), cancellation);
            }

            Write(text.Finish());
            pieces.Complete();
        }
        catch (Exception error)
        {
            // The reader gets it.
            pieces.Complete(error);
        }

        void Write(string piece)
        {
            if (piece.Length > 0)
                pieces.TryWrite(piece);
        }
    }

    private IReadOnlyList<GeneratedTokens> Generate(
        IReadOnlyList<ClipSample> clips,
        GenerationSettings settings,
        Action<int, int>? onToken,
        CancellationToken cancellation)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var batch = PackedBatch.Pack(
            [.. clips.Select(clip => (clip, _prompts.ForGeneration(clip.Instruction)))]);
        return _tokens.Generate(_model.Embed(batch), batch.Lengths, settings, onToken, cancellation);
    }
}
