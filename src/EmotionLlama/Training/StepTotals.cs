using System.Buffers.Binary;
using EmotionLlama.Distributed;
using EmotionLlama.Models;

namespace EmotionLlama.Training;

/// <summary>What all ranks together have for a step.</summary>
/// <param name="AnswerTokens">Answer tokens.</param>
/// <param name="Tokens">Tokens.</param>
/// <param name="Samples">Samples.</param>
/// <param name="IsStopping">Whether any rank was asked to stop.</param>
internal sealed record StepTotals(int AnswerTokens, int Tokens, int Samples, bool IsStopping)
{
    private const int Bytes = 16;

    /// <summary>Adds the ranks' up. All ranks ask at the same step, before it is queued.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="rows">This rank's micro-batches.</param>
    /// <param name="isStopping">Whether this rank was asked to stop.</param>
    /// <exception cref="RankFailureException">A rank has failed.</exception>
    public static StepTotals Of(IProcessGroup ranks, IReadOnlyList<PackedBatch> rows, bool isStopping)
    {
        Span<int> own =
        [
            rows.Sum(row => row.AnswerTokens),
            rows.Sum(row => row.Tokens),
            rows.Sum(row => row.Names.Count),
            isStopping ? 1 : 0,
        ];
        var part = new byte[Bytes];
        for (var i = 0; i < own.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(part.AsSpan(4 * i), own[i]);

        var all = ranks.AllGather(part);
        return new StepTotals(Sum(0), Sum(1), Sum(2), Sum(3) > 0);

        int Sum(int number) => all.Sum(bytes => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4 * number)));
    }
}
