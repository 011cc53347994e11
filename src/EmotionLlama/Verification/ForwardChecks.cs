using EmotionLlama.Checkpoints;
using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Verification;

/// <summary>The samples, what the vision tower and the projections make of them, and the embeddings of a batch.
/// </summary>
internal sealed class ForwardChecks : ICheckFamily
{
    private const double Tolerance = 1e-4;
    private const int PictureChannels = 3;

    /// <inheritdoc/>
    public string Name => "forward";

    /// <inheritdoc/>
    public IEnumerable<ReferenceCheck> ChecksOf(ReferenceFolder folder)
    {
        using var samples = new Shared<ReferenceSamples>(() => ReferenceSamples.Read(folder));
        using var model = new Shared<ReferenceModel>(
            () => ReferenceModel.Build(folder, folder.Find(ReferenceFolder.FirstCheckpoint)));
        yield return new("samples", 0, () => CompareSizes(folder, samples.Value));
        yield return Check("visual_encoder", Tolerance, () => model.Value.Model.EncodeImages(samples.Value.Images));
        yield return Check(
            "encode_img",
            Tolerance,
            () => model.Value.Model.EncodeClips(samples.Value.Images, samples.Value.Features));

        yield return Batch("inputs_embeds_nobos", Tolerance, grid => grid.Embeddings);
        yield return Batch("attention_nobos", 0, grid => grid.Attention);
        yield return Batch("cond_atts", 0, grid => grid.PromptAttention);
        yield return Batch("part_targets", 0, grid => grid.Targets);
        yield return Batch("input_lens", 0, grid => grid.PromptLengths);

        ReferenceCheck Batch(string name, double tolerance, Func<PaddedBatch, Tensor> select) => Check(
            name,
            tolerance,
            () => select(PaddedBatch.Create(model.Value, samples.Value, folder.Expected.Batch)));

        ReferenceCheck Check(string name, double tolerance, Func<Tensor> compute) => new(
            $"forward_{name}",
            tolerance,
            () =>
            {
                using var _ = no_grad();
                using var expected = SafetensorsFile.Open(folder.Find("forward.safetensors"));
                return Compare.Absolute(name, compute(), expected.Read(name));
            });
    }

    private static Deviation CompareSizes(ReferenceFolder folder, ReferenceSamples samples)
    {
        var side = folder.Expected.Dims.Image;
        return Deviation.Sum(
        [
            Compare.EqualLists("image", samples.Images.shape, [samples.Count, PictureChannels, side, side]),
            Compare.EqualLists(
                "video_features", samples.Features.shape, [samples.Count, 3, EmotionLlamaModel.FeatureSize]),
        ]);
    }
}
