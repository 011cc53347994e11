using System.Runtime.InteropServices;
using EmotionLlama.Models;
using EmotionLlama.Runtime;
using EmotionLlama.Runtime.Cuda;
using static TorchSharp.torch;

namespace EmotionLlama.Generation;

/// <summary>Scores next tokens with a Llama: the prompts go through it once, packed, and then one token of each
/// sequence at a time, over kept keys and values. On a GPU such a step is recorded and replayed.</summary>
internal sealed class LlamaScorer : IGreedyScorer, IDisposable
{
    private readonly Llama _llama;
    private readonly Tensor _prompts;
    private readonly IReadOnlyList<int> _lengths;
    private readonly KeyValueCache _cache;
    private readonly int _vocabulary;
    private readonly LogitRows _logits;
    private readonly Queue<LateNumbers> _unread = [];

    private CudaStream? _stream;
    private RepeatedWork? _step;
    private bool _choosesItself;

    // The step reads and writes these.
    private Tensor _ids;
    private Tensor _chosen;
    private Tensor? _stepLogits;

    /// <summary>Takes the prompts.</summary>
    /// <param name="llama">The decoder.</param>
    /// <param name="prompts">Embeddings of all prompts, <c>[tokens, hidden]</c>; the caller keeps them.</param>
    /// <param name="lengths">Tokens of each prompt.</param>
    /// <param name="steps">How many tokens are added to each prompt at most.</param>
    /// <param name="vocabulary">Ids that may be chosen, from 0 on. Embeddings are often padded with rows that stand for
    /// no token. Null allows all.</param>
    /// <param name="rowsOfPrompt">Sequences of each prompt for which there shall be room from the start.</param>
    public LlamaScorer(
        Llama llama,
        Tensor prompts,
        IReadOnlyList<int> lengths,
        int steps,
        int? vocabulary = null,
        int rowsOfPrompt = 1)
    {
        _llama = llama;
        _prompts = prompts;
        _lengths = lengths;
        _cache = new KeyValueCache(llama.Config, lengths, steps, llama.Dtype, llama.Device, rowsOfPrompt);
        _vocabulary = vocabulary ?? llama.Config.VocabularySize;
        _logits = new LogitRows(_vocabulary);
        (_ids, _chosen) = NewIds();
    }

    /// <summary>Whether it computes while others go on: <see cref="FeedChosen"/> saves time.</summary>
    public bool IsAhead => _llama.Device.type == TorchSharp.DeviceType.CUDA;

    /// <inheritdoc/>
    public LogitRows Start()
    {
        using var scope = NewDisposeScope();
        var lastTokens = new long[_lengths.Count];
        var end = 0L;
        for (var i = 0; i < lastTokens.Length; i++)
            lastTokens[i] = (end += _lengths[i]) - 1;

        return Read(_llama.Logits(_llama.Forward(
            _prompts,
            SequenceLayout.Create(_lengths, _llama.Device),
            tensor(lastTokens, device: _llama.Device),
            _cache)));
    }

    /// <inheritdoc/>
    public LogitRows Next(IReadOnlyList<int> sources, IReadOnlyList<int> tokens)
    {
        using var scope = NewDisposeScope();
        using var guard = Enter();
        Take(sources, tokens);
        Step();
        return Read(_stepLogits!);
    }

    /// <inheritdoc/>
    public void Feed(IReadOnlyList<int> sources, IReadOnlyList<int> tokens)
    {
        using var scope = NewDisposeScope();
        using var guard = Enter();
        _choosesItself = true;
        Take(sources, tokens);
        Step();
        _unread.Enqueue(new LateNumbers(_chosen));
    }

    /// <inheritdoc/>
    public void FeedChosen()
    {
        using var guard = Enter();
        Step();
        _unread.Enqueue(new LateNumbers(_chosen));
    }

    /// <inheritdoc/>
    public int[] ReadChosen()
    {
        using var numbers = _unread.Dequeue();
        int[] ids = [.. numbers.Read().Select(id => (int)id)];
        return ids.Contains(-1) ? throw NotNumbers() : ids;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var numbers in _unread)
            numbers.Dispose();

        _step?.Dispose();
        _stream?.Dispose();
        _ids.Dispose();
        _chosen.Dispose();
        _cache.Dispose();
    }

    private static InputException NotNumbers() => new("the model computes logits that are not numbers: its weights are "
        + "damaged, or too large for float16; try another checkpoint, or run.amp: bf16");

    /// <summary>Goes to a stream of its own where steps can be recorded, which the default stream cannot.</summary>
    private CudaStream.Guard? Enter()
    {
        if (_step is null)
        {
            _stream = _cache.IsRepeatable && _llama.SuitsStreams ? new CudaStream(_ids.device_index) : null;
            _step = new RepeatedWork(ComputeStep, _stream);
        }

        return _stream?.Enter();
    }

    private void Take(IReadOnlyList<int> sources, IReadOnlyList<int> tokens)
    {
        if (_cache.Reorder(sources))
        {
            _step!.StartOver();
            _ids.Dispose();
            _chosen.Dispose();
            (_ids, _chosen) = NewIds();
        }

        _ids.copy_(tensor(tokens.Select(token => (long)token).ToArray()).Send(_ids.device));
    }

    private void Step()
    {
        _step!.Run();
        _cache.Advance();
    }

    /// <summary>What is recorded: from the ids of the tokens to the logits behind them, and to the ids that follow.
    /// </summary>
    private void ComputeStep()
    {
        _stepLogits = _llama.Logits(_llama.Next(_llama.Embed(_ids), _cache));
        if (_choosesItself)
            FusedOperators.Choose(_stepLogits, _vocabulary, _ids, _chosen);
    }

    private (Tensor Ids, Tensor Chosen) NewIds() => (
        zeros(_cache.Sequences, ScalarType.Int64, _llama.Device).DetachFromDisposeScope(),
        zeros(_cache.Sequences, ScalarType.Float32, _llama.Device).DetachFromDisposeScope());

    private LogitRows Read(Tensor rows)
    {
        var values = rows.narrow(1, 0, _vocabulary).to(ScalarType.Float32, CPU).contiguous();
        var logits = MemoryMarshal.Cast<byte, float>(values.bytes);
        foreach (var logit in logits)
        {
            if (float.IsNaN(logit))
                throw NotNumbers();
        }

        _logits.Replace(logits);
        return _logits;
    }
}
