namespace EmotionLlama.Distributed;

/// <summary>What a <see cref="RankFrame"/> says.</summary>
internal enum FrameKind : byte
{
    /// <summary>A rank joins: who it is.</summary>
    Hello,

    /// <summary>Everybody is here.</summary>
    Welcome,

    /// <summary>A rank's part of a collection.</summary>
    Part,

    /// <summary>A whole collection.</summary>
    Whole,

    /// <summary>The sender is alive.</summary>
    Beat,

    /// <summary>The job has failed.</summary>
    Failed,

    /// <summary>The sender is done and ends.</summary>
    Bye,
}
