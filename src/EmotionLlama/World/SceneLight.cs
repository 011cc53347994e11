namespace EmotionLlama.World;

/// <summary>The light on a face.</summary>
/// <param name="Direction">Where it comes from, in degrees: 0 from above, positive from the right.</param>
/// <param name="Contrast">How deep the shadows are, in [0, 1].</param>
/// <param name="Warmth">From cold (-1) to warm (1).</param>
/// <param name="Exposure">Brightness as a factor around 1.</param>
public readonly record struct SceneLight(float Direction, float Contrast, float Warmth, float Exposure);
