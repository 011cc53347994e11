namespace EmotionLlama.Training;

/// <summary>Dynamic loss scaling for float16: the loss is multiplied so that small gradients do not vanish; the factor
/// halves when gradients overflow and doubles after a run of good steps.</summary>
/// <remarks>Micikevicius et al., "Mixed Precision Training", 2018, section 3.2; the constants are PyTorch's.</remarks>
public sealed class LossScaler
{
    /// <summary>What the factor grows by.</summary>
    public const double Growth = 2;

    /// <summary>What the factor is multiplied by when gradients overflow.</summary>
    public const double Backoff = 0.5;

    /// <summary>Good steps in a row after which the factor grows.</summary>
    public const int GrowthInterval = 2000;

    /// <summary>Starts with a factor.</summary>
    /// <param name="scale">The factor; 1 with <paramref name="enabled"/> false.</param>
    /// <param name="enabled">Whether the loss is scaled at all.</param>
    public LossScaler(double scale = 65536, bool enabled = true)
    {
        Enabled = enabled;
        Scale = enabled ? scale : 1;
    }

    /// <summary>Whether the loss is scaled at all.</summary>
    public bool Enabled { get; }

    /// <summary>What the loss is multiplied by.</summary>
    public double Scale { get; private set; }

    /// <summary>Good steps since the factor last changed.</summary>
    public int GoodSteps { get; private set; }

    /// <summary>Adapts the factor after a step.</summary>
    /// <param name="finite">Whether all gradients were finite.</param>
    public void Update(bool finite)
    {
        if (!Enabled)
            return;

        GoodSteps = finite ? GoodSteps + 1 : 0;
        if (!finite)
        {
            Scale *= Backoff;
        }
        else if (GoodSteps == GrowthInterval)
        {
            Scale *= Growth;
            GoodSteps = 0;
        }
    }

    /// <summary>Goes on where a checkpoint stopped.</summary>
    public void Restore(double scale, int goodSteps)
    {
        if (Enabled)
            (Scale, GoodSteps) = (scale, goodSteps);
    }
}
