using System.Globalization;
using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Media.Clips;

/// <summary>Which frame stands for a clip: <c>first</c>, <c>middle</c>, or a number from 0.</summary>
public readonly record struct FrameChoice
{
    private const string FirstName = "first";
    private const string MiddleName = "middle";

    private FrameChoice(FrameChoiceKind kind, long index)
    {
        Kind = kind;
        Number = index;
    }

    /// <summary>The first frame.</summary>
    public static FrameChoice First => default;

    /// <summary>The frame in the middle.</summary>
    public static FrameChoice Middle => new(FrameChoiceKind.Middle, 0);

    /// <summary>What kind of choice it is.</summary>
    public FrameChoiceKind Kind { get; }

    /// <summary>The number of the frame, from 0, for <see cref="FrameChoiceKind.Peak"/> and
    /// <see cref="FrameChoiceKind.Index"/>.</summary>
    public long Number { get; }

    /// <summary>A frame by its number.</summary>
    /// <param name="index">From 0, in the order of decoding.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public static FrameChoice Index(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new(FrameChoiceKind.Index, index);
    }

    /// <summary>The frame where the face moves most.</summary>
    /// <param name="index">Its number from 0. OpenFace counts from 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public static FrameChoice Peak(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new(FrameChoiceKind.Peak, index);
    }

    /// <summary>Reads a choice: <c>first</c>, <c>middle</c> or a number.</summary>
    /// <exception cref="InputException">It is none of these.</exception>
    public static FrameChoice Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (TryParse(text, out var choice))
            return choice;

        var word = text.Trim().ToLowerInvariant();
        var nearest = Spelling.Nearest(word, [FirstName, MiddleName])!;
        var guess = Spelling.Distance(word, nearest) <= 2 ? $" (did you mean '{nearest}'?)" : "";
        throw new InputException($"frame '{text.ReplaceLineEndings(" ")}': give {FirstName}, {MiddleName} or a number "
            + $"from 0{guess}");
    }

    /// <summary>Reads a choice: <c>first</c>, <c>middle</c> or a number.</summary>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(string? text, out FrameChoice choice)
    {
        var word = text?.Trim();
        if (string.Equals(word, FirstName, StringComparison.OrdinalIgnoreCase))
            choice = First;
        else if (string.Equals(word, MiddleName, StringComparison.OrdinalIgnoreCase))
            choice = Middle;
        else if (long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            choice = Index(index);
        else
        {
            choice = default;
            return false;
        }

        return true;
    }

    /// <summary>What <see cref="Parse"/> reads: a peak is written as its number.</summary>
    public override string ToString() => Kind switch
    {
        FrameChoiceKind.First => FirstName,
        FrameChoiceKind.Middle => MiddleName,
        _ => Number.ToString(CultureInfo.InvariantCulture),
    };
}
