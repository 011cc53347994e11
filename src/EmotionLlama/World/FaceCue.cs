namespace EmotionLlama.World;

/// <summary>What the face of a clip shows, as a set of action units.</summary>
public enum FaceCue
{
    /// <summary>Raised cheeks and pulled lip corners: AU06 and AU12.</summary>
    Smile,

    /// <summary>Lowered brows, tight lids and tight lips: AU04, AU07 and AU23.</summary>
    LoweredBrow,

    /// <summary>Raised brows, wide eyes and a dropped jaw: AU01, AU02, AU05 and AU26.</summary>
    RaisedBrow,
}
