using System.ComponentModel.DataAnnotations;

namespace EmotionLlama.Configuration;

/// <summary>The processor of a data set, in YAML <c>train: {name: …}</c> as in the original project.</summary>
public sealed record ProcessorRecipe
{
    /// <summary><c>blip2_image_train</c>, <c>blip2_image_eval</c> or <c>blip_caption</c>; null does nothing
    /// special.</summary>
    [AllowedValues("blip2_image_train", "blip2_image_eval", "blip_caption", null)]
    public string? Name { get; init; }

    /// <summary>For pictures: the size in pixels; must agree with <c>model.image_size</c>.</summary>
    [Range(1, int.MaxValue)]
    public int? ImageSize { get; init; }

    /// <summary>For captions: the most words kept.</summary>
    [Range(1, int.MaxValue)]
    public int MaxWords { get; init; } = 200;
}
