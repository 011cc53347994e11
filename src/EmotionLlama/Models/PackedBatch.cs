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

    /// <summary>What the vision tower made of the other pictures earlier, <c>[pictures, 1 + patches, channels]</c>, in
    /// the order of the row; null where there is none.</summary>
    public required Tensor? EncodedImages { get; init; }

    /// <summary>For each sample whether its picture is one of <see cref="EncodedImages"/>, or else of
    /// <see cref="Images"/>.</summary>
    public required IReadOnlyList<bool> AreEncoded { get; init; }

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

    /// <summary>Packs samples on the CPU, copying what it needs of them.</summary>
    /// <param name="samples">Each clip with its tokens; at least one.</param>
    /// <param name="pinned">Whether the tensors lie in page-locked memory, from which a GPU copies while the host goes
    /// on. Locking takes time, so it belongs on the thread that reads ahead.</param>
    public static PackedBatch Pack(
        IReadOnlyList<(ClipSample Clip, TokenizedSample Tokens)> samples, bool pinned = false)
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
        return new PackedBatch
        {
            Names = [.. samples.Select(sample => sample.Clip.Name)],
            Lengths = [.. samples.Select(sample => sample.Tokens.Length)],
            AnswerLengths = [.. samples.Select(sample => sample.Tokens.Answer.Count)],
            TokenIds = Keep(tensor(ids)),
            InsertedAt = Keep(tensor(insertedAt)),
            Images = Pictures(areEncoded: false),
            EncodedImages = Pictures(areEncoded: true),
            AreEncoded = [.. samples.Select(sample => sample.Clip.IsEncoded)],
            Features = Keep(stack(samples.Select(sample => sample.Clip.Features))),
            PredictedFrom = Keep(tensor(predictedFrom)),
            Targets = Keep(tensor(targets)),
        };

        Tensor? Pictures(bool areEncoded)
        {
            List<Tensor> pictures =
                [.. samples.Where(sample => sample.Clip.IsEncoded == areEncoded).Select(sample => sample.Clip.Image)];
            return pictures.Count > 0 ? Keep(stack(pictures)) : null;
        }

        Tensor Keep(Tensor made) => (pinned ? made.pin_memory() : made).DetachFromDisposeScope();
    }

    /// <summary>The layout of the row on a device.</summary>
    public SequenceLayout Layout(Device device) => SequenceLayout.Create(Lengths, device);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in (Tensor?[])[TokenIds, InsertedAt, Images, EncodedImages, Features, PredictedFrom, Targets])
            tensor?.Dispose();
    }
}
