namespace EmotionLlama.World;

/// <summary>A two-pole resonance, scaled to a gain of about 1 at its frequency.</summary>
internal struct Resonator
{
    private float _gain;
    private float _first;
    private float _second;
    private float _previous;
    private float _beforePrevious;

    /// <summary>Moves the resonance, keeping what rings in it.</summary>
    /// <param name="frequency">Centre in Hz.</param>
    /// <param name="bandwidth">Width in Hz.</param>
    /// <param name="sampleRate">Samples a second.</param>
    public void Tune(float frequency, float bandwidth, int sampleRate)
    {
        var radius = MathF.Exp(-MathF.PI * bandwidth / sampleRate);
        var angle = 2 * MathF.PI * frequency / sampleRate;
        _first = 2 * radius * MathF.Cos(angle);
        _second = -radius * radius;
        _gain = (1 - radius) * 2 * MathF.Sin(angle);
    }

    /// <summary>Passes one sample through.</summary>
    public float Pass(float input)
    {
        var output = (_gain * input) + (_first * _previous) + (_second * _beforePrevious);
        (_beforePrevious, _previous) = (_previous, output);
        return output;
    }
}
