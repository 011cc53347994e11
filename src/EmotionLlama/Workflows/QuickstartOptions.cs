namespace EmotionLlama.Workflows;

/// <summary>What can be chosen about the quickstart.</summary>
public sealed record QuickstartOptions
{
    /// <summary>The fewest training clips.</summary>
    public const int FewestClips = 36;

    /// <summary>Where data, checkpoints, report and summary go.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>Training clips; held-out clips come on top, a third as many, but at least 90 and at most 360.</summary>
    public int Clips { get; init; } = 360;

    /// <summary>Fixes the clips and everything that is drawn.</summary>
    public long Seed { get; init; } = 7;

    /// <summary>Epochs of training.</summary>
    public int Epochs { get; init; } = 4;

    /// <summary>Held-out clips.</summary>
    public int HeldOut => Math.Clamp(Clips / 3, 90, 360);

    /// <summary>Checks the values.</summary>
    /// <exception cref="InputException">There are too few clips to learn from.</exception>
    public void Validate()
    {
        if (Clips < FewestClips)
            throw new InputException($"--clips is {Clips}, expected at least {FewestClips}");
    }
}
