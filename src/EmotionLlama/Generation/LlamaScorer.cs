using System.Runtime.InteropServices;
using EmotionLlama.Models;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Generation;

/// <summary>Scores next tokens with a Llama: the prompts go through it once, packed, and then one token of each
/// sequence at a time, over kept keys and values.</summary>
internal sealed class LlamaScorer : INextTokenScorer, IDisposable
{
    private readonly Llama _llama;
    private readonly Tensor _prompts;
    private readonly IReadOnlyList<int> _lengths;
    private readonly KeyValueCache _cache;
    private readonly int _vocabulary;
    private readonly LogitRows _logits;

    /// <summary>Takes the prompts.</summary>
    /// <param name="llama">The decoder.</param>
    /// <param name="prompts">Embeddings of all prompts, <c>[tokens, hidden]</c>; the caller keeps them.</param>
    /// <param name="lengths">Tokens of each prompt.</param>
    /// <param name="capacity">The most tokens that a prompt and its answer have.</param>
    /// <param name="vocabulary">Ids that may be chosen, from 0 on. Embeddings are often padded with rows that stand for
    /// no token. Null allows all.</param>
    public LlamaScorer(Llama llama, Tensor prompts, IReadOnlyList<int> lengths, int capacity, int? vocabulary = null)
    {
        _llama = llama;
        _prompts = prompts;
        _lengths = lengths;
        _cache = new KeyValueCache(llama.Config, lengths.Count, capacity, llama.Dtype, llama.Device);
        _vocabulary = vocabulary ?? llama.Config.VocabularySize;
        _logits = new LogitRows(_vocabulary);
    }

    /// <inheritdoc/>
    public LogitRows Start()
    {
        using var scope = NewDisposeScope();
        var lastTokens = new long[_lengths.Count];
        var end = 0L;
        for (var i = 0; i < lastTokens.Length; i++)
            lastTokens[i] = (end += _lengths[i]) - 1;

        return Read(_llama.Forward(
            _prompts,
            SequenceLayout.Create(_lengths, _llama.Device),
            tensor(lastTokens, device: _llama.Device),
            _cache));
    }

    /// <inheritdoc/>
    public LogitRows Next(IReadOnlyList<int> sources, IReadOnlyList<int> tokens)
    {
        using var scope = NewDisposeScope();
        _cache.Reorder(sources);
        var ids = tensor(tokens.Select(token => (long)token).ToArray(), device: _llama.Device);
        return Read(_llama.Next(_llama.Embed(ids), _cache));
    }

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    private LogitRows Read(Tensor hidden)
    {
        var values = _llama.Logits(hidden).narrow(1, 0, _vocabulary).to(ScalarType.Float32, CPU).contiguous();
        var logits = MemoryMarshal.Cast<byte, float>(values.bytes);
        foreach (var logit in logits)
        {
            if (float.IsNaN(logit))
            {
                throw new InputException("the model computes logits that are not numbers: its weights are damaged, or "
                    + "too large for float16; try another checkpoint, or run.amp: bf16");
            }
        }

        _logits.Replace(logits);
        return _logits;
    }
}
