using EmotionLlama.Datasets;

namespace EmotionLlama.World;

/// <summary>
/// One clip of the small world, as the few numbers it is made of. <see cref="FaceRenderer"/>,
/// <see cref="VoiceSynthesizer"/> and <see cref="CaptionWriter"/> turn it into frames, sound and text; each gives the
/// same result whenever it is asked, so nothing rendered ever needs to be kept.
/// </summary>
public sealed record WorldClip
{
    /// <summary>Frames a second.</summary>
    public const int FrameRate = 25;

    /// <summary>The name in all files, such as <c>world_00042_0000123</c>: the seed and the index.</summary>
    public required string Name { get; init; }

    /// <summary>The seed of the data set.</summary>
    public required long Seed { get; init; }

    /// <summary>The number of the clip in the data set.</summary>
    public required int Index { get; init; }

    /// <summary>What the face, the voice and the words say.</summary>
    public required CueCombination Cues { get; init; }

    /// <summary>What the cues together mean (see <see cref="EmotionTable"/>).</summary>
    public required Emotion Emotion { get; init; }

    /// <summary>Intensities in [0, 1] at the peak, by number of the action unit: 0.5 to 1 for those of the face cue,
    /// below 0.2 for others that happen to move.</summary>
    public required IReadOnlyDictionary<int, float> ActionUnits { get; init; }

    /// <summary>How the voice sounds.</summary>
    public required VoiceProfile Voice { get; init; }

    /// <summary>What is said.</summary>
    public required SpokenLine Line { get; init; }

    /// <summary>When its syllables are said.</summary>
    public required IReadOnlyList<Syllable> Syllables { get; init; }

    /// <summary>Who says it.</summary>
    public required FaceIdentity Identity { get; init; }

    /// <summary>How the head is held.</summary>
    public required HeadPose Pose { get; init; }

    /// <summary>How the face is lit.</summary>
    public required SceneLight Light { get; init; }

    /// <summary>Standard deviation of the camera's noise, in steps of 8-bit brightness.</summary>
    public required float NoiseLevel { get; init; }

    /// <summary>The length of the clip in seconds.</summary>
    public required double DurationSeconds { get; init; }

    /// <summary>When the expression is strongest, in seconds.</summary>
    public required double PeakSeconds { get; init; }

    /// <summary>When the person blinks, in seconds.</summary>
    public required double BlinkSeconds { get; init; }

    /// <summary>The number of frames.</summary>
    public int FrameCount => (int)Math.Round(DurationSeconds * FrameRate);

    /// <summary>The frame in which the expression is strongest.</summary>
    public int PeakFrame => (int)Math.Round(PeakSeconds * FrameRate);
}
