namespace EmotionLlama.Checkpoints.Pickling;

/// <summary>An object that a pickle first makes empty and then gives its state.</summary>
internal interface IPickleBuildable
{
    /// <summary>Takes the state.</summary>
    /// <exception cref="PickleException">The state is not of the expected form.</exception>
    void Build(object? state);
}
