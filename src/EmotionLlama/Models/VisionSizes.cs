namespace EmotionLlama.Models;

/// <summary>Sizes of a vision tower, read from the shapes of its weights.</summary>
/// <param name="Channels">Channels of a token.</param>
/// <param name="PatchSize">Height and width of a patch in pixels.</param>
/// <param name="Patches">Patches of a picture.</param>
public sealed record VisionSizes(int Channels, int PatchSize, int Patches)
{
    /// <summary>Image tokens of a picture.</summary>
    public int ImageTokens => Patches / EmotionLlamaModel.PatchesPerToken;

    /// <summary>Reads the sizes.</summary>
    /// <param name="weights">The tower's weights.</param>
    /// <param name="imageSize">Height and width of the pictures in pixels.</param>
    /// <exception cref="InputException">These are no EVA weights, or the image size does not suit.</exception>
    public static VisionSizes Of(WeightReader weights, int imageSize)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (!weights.Has("patch_embed.proj.weight")
            || weights.ShapeOf("patch_embed.proj.weight") is not [var channels, 3, var height, var width]
            || height != width)
        {
            throw new InputException($"{weights.Location}: no tensor 'patch_embed.proj.weight' "
                + "[channels, 3, patch, patch]; model.vit_model names an EVA vision tower such as eva_vit_g.pth");
        }

        if (imageSize < width || imageSize % width != 0)
        {
            throw new InputException(
                $"image_size {imageSize} is no multiple of the vision tower's patches of {width} pixels");
        }

        var side = (int)(imageSize / width);
        if (side * side % EmotionLlamaModel.PatchesPerToken != 0)
        {
            throw new InputException($"the {side * side} patches of a picture cannot be joined four by four; "
                + "choose another image_size");
        }

        return new VisionSizes((int)channels, (int)width, side * side);
    }
}
