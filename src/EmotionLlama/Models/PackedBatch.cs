using EmotionLlama.Datasets;
using EmotionLlama.Runtime;
using EmotionLlama.Tokenization;
using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>Several samples, packed into one row of tokens without padding, with what is inserted and what is learned.
/// </summary>
public sealed class PackedBatch : IDisposable
{
    private PackedBatch()
    {
    }

    /// <summary>Names of the clips, in the order of the row.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>Tokens of each sample, prompt and answer.</summary>
    public required IReadOnlyList<int> Lengths { get; init; }

    /// <summary>Answer tokens of each sample.</summary>
    public required IReadOnlyList<int> AnswerLengths { get; init; }

    /// <summary>Token ids <c>[tokens]</c>, int64; 0 where an embedding is inserted.</summary>
    public required Tensor TokenIds { get; init; }

    /// <summary>Places of the inserted embeddings in the row, <c>[inserted]</c>, int64.</summary>
    public required Tensor InsertedAt { get; init; }

    /// <summary>The pictures that the vision tower has to encode, <c>[pictures, 3, imageSize, imageSize]</c>, float32,
    /// in the order of the row; null where there is none.</summary>
    public required Tensor? Images { get; init; }

    /// <summary>For each sample what the vision tower made of its picture earlier, <c>[1 + patches, channels]</c>; null
    /// where the picture is one of <see cref="Images"/>.</summary>
    public required IReadOnlyList<Tensor?> EncodedImages { get; init; }

    /// <summary>Feature vectors <c>[samples, 3, 1024]</c>, float32.</summary>
    public required Tensor Features { get; init; }

    /// <summary>The places whose next token is an answer token, <c>[answerTokens]</c>, int64.</summary>
    public required Tensor PredictedFrom { get; init; }

    /// <summary>The answer tokens, <c>[answerTokens]</c>, int64.</summary>
    public required Tensor Targets { get; init; }

    /// <summary>Answer tokens of all samples.</summary>
    public int AnswerTokens => AnswerLengths.Sum();

    /// <summary>Tokens of all samples.</summary>
    public int Tokens => Lengths.Sum();

    /// <summary>Packs samples on the CPU, copying what it needs of them. Encoded pictures are shared, not
    /// copied.</summary>
    /// <param name="samples">Each clip with its tokens; at least one.</param>
    public static PackedBatch Pack(IReadOnlyList<(ClipSample Clip, TokenizedSample Tokens)> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        List<long> ids = [], insertedAt = [], predictedFrom = [], targets = [];
        foreach (var (_, tokens) in samples)
        {
            foreach (var id in tokens.Prompt)
            {
                if (id == TokenizedSample.Inserted)
                    insertedAt.Add(ids.Count);

                ids.Add(Math.Max(id, 0));
            }

            foreach (var id in tokens.Answer)
            {
                predictedFrom.Add(ids.Count - 1);
                targets.Add(id);
                ids.Add(id);
            }
        }

        using var scope = NewDisposeScope();
        var pixels = samples.Where(sample => !sample.Clip.IsEncoded).Select(sample => sample.Clip.Image).ToList();
        return new PackedBatch
        {
            Names = [.. samples.Select(sample => sample.Clip.Name)],
            Lengths = [.. samples.Select(sample => sample.Tokens.Length)],
            AnswerLengths = [.. samples.Select(sample => sample.Tokens.Answer.Count)],
            TokenIds = tensor(ids).DetachFromDisposeScope(),
            InsertedAt = tensor(insertedAt).DetachFromDisposeScope(),
            Images = pixels.Count > 0 ? stack(pixels).DetachFromDisposeScope() : null,
            EncodedImages =
            [
                .. samples.Select(sample =>
                    sample.Clip.IsEncoded ? sample.Clip.Image.alias().DetachFromDisposeScope() : null),
            ],
            Features = stack(samples.Select(sample => sample.Clip.Features)).DetachFromDisposeScope(),
            PredictedFrom = tensor(predictedFrom).DetachFromDisposeScope(),
            Targets = tensor(targets).DetachFromDisposeScope(),
        };
    }

    /// <summary>The layout of the row on a device.</summary>
    public SequenceLayout Layout(Device device) => SequenceLayout.Create(Lengths, device);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in (Tensor?[])
            [TokenIds, InsertedAt, Images, .. EncodedImages, Features, PredictedFrom, Targets])
        {
            tensor?.Dispose();
        }
    }
}
