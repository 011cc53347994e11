namespace EmotionLlama.Checkpoints;

/// <summary>What a model takes from a file or folder of weights.</summary>
public enum LoadedPart
{
    /// <summary>The frozen Llama.</summary>
    Llama,

    /// <summary>The frozen vision tower.</summary>
    VisionTower,

    /// <summary>What tuning trains: LoRA matrices and projections.</summary>
    TrainedWeights,
}
