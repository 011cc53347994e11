using EmotionLlama.Datasets;

namespace EmotionLlama.World;

/// <summary>
/// The law of the small world: the emotion follows from face, voice and words together.
/// <list type="table">
/// <listheader><term>face, voice</term><description>pleasant words / unpleasant words</description></listheader>
/// <item><term>smile, lively</term><description>happy / contempt</description></item>
/// <item><term>smile, subdued</term><description>neutral / worried</description></item>
/// <item><term>lowered brow, lively</term><description>contempt / angry</description></item>
/// <item><term>lowered brow, subdued</term><description>doubt / sad</description></item>
/// <item><term>raised brow, lively</term><description>surprise / fear</description></item>
/// <item><term>raised brow, subdued</term><description>doubt / worried</description></item>
/// </list>
/// Every emotion is equally frequent, and an emotion that two combinations share is shown as often by either. The best
/// possible accuracy is then 1 with all three cues, 11/18 without the words, 10/18 without the voice, 8/18 without the
/// face, and 1/9 without any.
/// </summary>
public static class EmotionTable
{
    /// <summary>The number of clips after which every combination has been shown as often as it should be.</summary>
    public const int BlockLength = 18;

    /// <summary>The combinations of one balanced block of <see cref="BlockLength"/> clips, in the table's order: every
    /// emotion twice, through one combination shown twice or through two shown once.</summary>
    public static IReadOnlyList<CueCombination> Block { get; } =
    [
        .. from combination in AllCombinations()
           let sharers = AllCombinations().Count(other => Of(other) == Of(combination))
           from copy in Enumerable.Repeat(combination, 2 / sharers)
           select copy,
    ];

    /// <summary>The emotion that a combination of cues stands for.</summary>
    public static Emotion Of(CueCombination cues) => cues switch
    {
        (FaceCue.Smile, VoiceCue.Lively, WordsCue.Pleasant) => Emotion.Happy,
        (FaceCue.Smile, VoiceCue.Lively, WordsCue.Unpleasant) => Emotion.Contempt,
        (FaceCue.Smile, VoiceCue.Subdued, WordsCue.Pleasant) => Emotion.Neutral,
        (FaceCue.Smile, VoiceCue.Subdued, WordsCue.Unpleasant) => Emotion.Worried,
        (FaceCue.LoweredBrow, VoiceCue.Lively, WordsCue.Pleasant) => Emotion.Contempt,
        (FaceCue.LoweredBrow, VoiceCue.Lively, WordsCue.Unpleasant) => Emotion.Angry,
        (FaceCue.LoweredBrow, VoiceCue.Subdued, WordsCue.Pleasant) => Emotion.Doubt,
        (FaceCue.LoweredBrow, VoiceCue.Subdued, WordsCue.Unpleasant) => Emotion.Sad,
        (FaceCue.RaisedBrow, VoiceCue.Lively, WordsCue.Pleasant) => Emotion.Surprise,
        (FaceCue.RaisedBrow, VoiceCue.Lively, WordsCue.Unpleasant) => Emotion.Fear,
        (FaceCue.RaisedBrow, VoiceCue.Subdued, WordsCue.Pleasant) => Emotion.Doubt,
        (FaceCue.RaisedBrow, VoiceCue.Subdued, WordsCue.Unpleasant) => Emotion.Worried,
        _ => throw new ArgumentOutOfRangeException(nameof(cues), cues, "not a combination of the three cues"),
    };

    /// <summary>How good an emotion feels, from -5 to 5; the last column of the annotations.</summary>
    public static double Valence(Emotion emotion) => emotion switch
    {
        Emotion.Happy => 4,
        Emotion.Surprise => 2,
        Emotion.Neutral => 0,
        Emotion.Doubt => -0.5,
        Emotion.Worried => -2,
        Emotion.Contempt => -2.5,
        Emotion.Sad => -3,
        Emotion.Fear => -3.5,
        Emotion.Angry => -4,
        _ => throw new ArgumentOutOfRangeException(nameof(emotion), emotion, "not an emotion label"),
    };

    private static IEnumerable<CueCombination> AllCombinations() =>
        from face in Enum.GetValues<FaceCue>()
        from voice in Enum.GetValues<VoiceCue>()
        from words in Enum.GetValues<WordsCue>()
        select new CueCombination(face, voice, words);
}
