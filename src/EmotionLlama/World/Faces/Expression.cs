namespace EmotionLlama.World.Faces;

/// <summary>How strongly each action unit acts at one moment, in [0, 1], with the mouth's opening for speech and the
/// lids' closing for a blink.</summary>
internal readonly record struct Expression
{
    private const double OnsetSeconds = 0.5;
    private const double ApexSeconds = 0.12;
    private const double Baseline = 0.12;
    private const double BlinkHalfSeconds = 0.09;

    /// <summary>AU01, inner brow raiser.</summary>
    public float InnerBrowRaise { get; private init; }

    /// <summary>AU02, outer brow raiser.</summary>
    public float OuterBrowRaise { get; private init; }

    /// <summary>AU04, brow lowerer.</summary>
    public float BrowLower { get; private init; }

    /// <summary>AU05, upper lid raiser.</summary>
    public float LidRaise { get; private init; }

    /// <summary>AU06, cheek raiser.</summary>
    public float CheekRaise { get; private init; }

    /// <summary>AU07, lid tightener.</summary>
    public float LidTighten { get; private init; }

    /// <summary>AU12, lip corner puller.</summary>
    public float CornerPull { get; private init; }

    /// <summary>AU15, lip corner depressor.</summary>
    public float CornerDepress { get; private init; }

    /// <summary>AU23, lip tightener.</summary>
    public float LipTighten { get; private init; }

    /// <summary>AU26, jaw drop.</summary>
    public float JawDrop { get; private init; }

    /// <summary>The mouth's opening for the sound being spoken.</summary>
    public float Speech { get; private init; }

    /// <summary>How far the lids are closed.</summary>
    public float Blink { get; private init; }

    /// <summary>The expression of a clip at a time in seconds.</summary>
    public static Expression At(WorldClip clip, double time)
    {
        var envelope = Envelope(time - clip.PeakSeconds);
        return new Expression
        {
            InnerBrowRaise = Unit(1),
            OuterBrowRaise = Unit(2),
            BrowLower = Unit(4),
            LidRaise = Unit(5),
            CheekRaise = Unit(6),
            LidTighten = Unit(7),
            CornerPull = Unit(12),
            CornerDepress = Unit(15),
            LipTighten = Unit(23),
            JawDrop = Unit(26),
            Speech = (float)clip.Syllables.Sum(syllable => syllable.Opening(time)),
            Blink = (float)Math.Max(0, 1 - (Math.Abs(time - clip.BlinkSeconds) / BlinkHalfSeconds)),
        };

        float Unit(int number) => clip.ActionUnits.GetValueOrDefault(number) * envelope;
    }

    /// <summary>Onset, apex and offset: 1 around the peak, falling smoothly to a trace on both sides.</summary>
    private static float Envelope(double fromPeak)
    {
        var fall = Math.Clamp((Math.Abs(fromPeak) - ApexSeconds) / OnsetSeconds, 0, 1);
        var rise = 0.5 * (1 + Math.Cos(Math.PI * fall));
        return (float)(Baseline + ((1 - Baseline) * rise));
    }
}
