namespace EmotionLlama.Checkpoints.Inspection;

/// <summary>What stored weights can be used for here.</summary>
public enum WeightUse
{
    /// <summary>Training or answering can start from its trained weights: the recipe's <c>model.ckpt</c>.</summary>
    StartingPoint,

    /// <summary>The run that wrote it can go on: the recipe's <c>run.resume_ckpt_path</c>.</summary>
    Resume,

    /// <summary>The frozen Llama: the recipe's <c>model.llama_model</c>.</summary>
    Llama,

    /// <summary>The frozen vision tower: the recipe's <c>model.vit_model</c>.</summary>
    VisionTower,

    /// <summary>Making voice features: the recipe's <c>features.hubert</c>.</summary>
    VoiceEncoder,

    /// <summary>Making FaceMAE features: the recipe's <c>features.face_mae</c>.</summary>
    FaceEncoder,

    /// <summary>Making VideoMAE features: the recipe's <c>features.video_mae</c>.</summary>
    VideoEncoder,
}
