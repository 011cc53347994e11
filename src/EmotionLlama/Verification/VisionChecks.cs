using EmotionLlama.Checkpoints;
using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Verification;

/// <summary>The files of the vision tower and of the normalization behind it.</summary>
internal sealed class VisionChecks : ICheckFamily
{
    /// <inheritdoc/>
    public string Name => "vision";

    /// <inheritdoc/>
    public IEnumerable<ReferenceCheck> ChecksOf(ReferenceFolder folder)
    {
        yield return new("eva_vit", 0, () => CompareTower(folder));
        yield return new("ln_vision", 0, () => CompareNorm(folder));
    }

    private static Deviation CompareTower(ReferenceFolder folder)
    {
        var sizes = folder.Expected.Dims;
        using var stored = WeightSources.Open(folder.Find(ReferenceModel.VisionFile));
        using var tower = new EvaVisionTransformer(
            new WeightReader(stored, folder.Device, ScalarType.Float32), sizes.Image, sizes.Vit.Heads);
        var blocks = tower.Weights.Count(weight => weight.Name.EndsWith(".norm1.weight", StringComparison.Ordinal));
        return Deviation.Worst(
        [
            Compare.Equal("embed_dim", tower.Channels, sizes.Vit.EmbedDim),
            Compare.Equal("patch", tower.PatchSize, sizes.Vit.Patch),
            Compare.Equal("depth", blocks, sizes.Vit.Depth),

            // Positions made for another picture size are interpolated, so they are not those of the file.
            .. tower.Weights.Where(weight => weight.Value.shape.SequenceEqual(stored.ShapeOf(weight.Name)!))
                .Select(weight => Compare.Absolute(weight.Name, weight.Value, stored.Read(weight.Name))),
        ]);
    }

    private static Deviation CompareNorm(ReferenceFolder folder)
    {
        var channels = folder.Expected.Dims.Vit.EmbedDim;
        using var stored = WeightSources.Open(folder.Find(ReferenceModel.NormFile));
        return Deviation.Worst(((string[])["weight", "bias"]).Select(name =>
        {
            // Taking it checks its shape.
            using var taken = new WeightReader(stored, folder.Device, ScalarType.Float32).Take(name, channels);
            return Compare.Absolute(name, taken, stored.Read(name));
        }));
    }
}
