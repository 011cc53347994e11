using System.Globalization;

namespace EmotionLlama.Construction;

/// <summary>A movement of the face in the Facial Action Coding System, and how to say it in plain English.</summary>
/// <param name="Number">Its number: 12 for <c>AU12</c>.</param>
/// <param name="Name">What the system calls it.</param>
/// <param name="Slight">How it looks where it is slight.</param>
/// <param name="Marked">How it looks where it is marked.</param>
/// <param name="Strong">How it looks where it is strong.</param>
public sealed record ActionUnit(int Number, string Name, string Slight, string Marked, string Strong)
{
    /// <summary>The intensity from which a movement is marked. OpenFace's 1 to 5 are the system's grades A to
    /// E.</summary>
    public const double MarkedFrom = 2;

    /// <summary>The intensity from which a movement is strong.</summary>
    public const double StrongFrom = 3.5;

    /// <summary>The code, such as <c>AU06</c>.</summary>
    public string Code => CodeOf(Number);

    /// <summary>The code of a number.</summary>
    public static string CodeOf(int number) => string.Create(CultureInfo.InvariantCulture, $"AU{number:D2}");

    /// <summary>How it looks at an intensity.</summary>
    /// <param name="intensity">From 0 to 5.</param>
    public string Describe(double intensity) => intensity switch
    {
        >= StrongFrom => Strong,
        >= MarkedFrom => Marked,
        _ => Slight,
    };
}
