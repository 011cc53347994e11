using EmotionLlama.Models;

namespace EmotionLlama.Checkpoints;

/// <summary>The error of a tensor that a source does not have.</summary>
internal static class MissingTensor
{
    public static InputException In(IWeightSource source, string name) => new(source.Names.Count == 0
        ? $"{source.Location}: has no tensor `{name.Printable()}`, nor any other"
        : $"{source.Location}: has no tensor `{name.Printable()}`; it has {source.Names.Count}, such as "
            + string.Join(", ", source.Names.Take(3).Select(other => $"`{other.Printable()}`")));
}
