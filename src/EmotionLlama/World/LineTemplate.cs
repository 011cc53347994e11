using System.Globalization;

namespace EmotionLlama.World;

/// <summary>A sentence with one gap, and the words that may fill it.</summary>
/// <param name="Pattern">The sentence with <c>{0}</c> for the gap.</param>
/// <param name="Gist">What every such sentence is about.</param>
/// <param name="Fillers">The words for the gap.</param>
internal sealed record LineTemplate(string Pattern, string Gist, IReadOnlyList<string> Fillers)
{
    /// <summary>The line with the gap filled.</summary>
    public SpokenLine Fill(int filler) =>
        new(string.Format(CultureInfo.InvariantCulture, Pattern, Fillers[filler]), Gist);
}
