using System.Collections.Frozen;

namespace EmotionLlama.Construction;

/// <summary>The action units of the face that can be described.</summary>
/// <remarks>Which muscles move in each is from Ekman, Friesen and Hager, <i>Facial Action Coding System</i> (2002). The
/// wording is ours. It names no emotion, so that the descriptions decide nothing.</remarks>
public static class ActionUnits
{
    private static readonly FrozenDictionary<int, ActionUnit> Table = new ActionUnit[]
    {
        new(1, "inner brow raiser", "the inner brows are slightly raised", "the inner brows are raised",
            "the inner brows are raised high"),
        new(2, "outer brow raiser", "the outer brows are slightly raised", "the outer brows are raised",
            "the outer brows are raised high"),
        new(4, "brow lowerer", "the brows are slightly lowered", "the brows are lowered and drawn together",
            "the brows are pulled down hard and tightly knit"),
        new(5, "upper lid raiser", "the eyes are a little wide", "the eyes are wide, the upper lids raised",
            "the eyes are very wide, the upper lids pulled up"),
        new(6, "cheek raiser", "the cheeks are slightly raised", "the cheeks are raised",
            "the cheeks are raised high, with creases around the eyes"),
        new(7, "lid tightener", "the eyes are slightly narrowed", "the eyes are narrowed, the lids tight",
            "the eyes are narrowed to slits"),
        new(9, "nose wrinkler", "the nose is slightly wrinkled", "the nose is wrinkled", "the nose is deeply wrinkled"),
        new(10, "upper lip raiser", "the upper lip is raised a little", "the upper lip is raised",
            "the upper lip is raised high"),
        new(11, "nasolabial deepener", "the folds beside the nose show a little", "the folds beside the nose are deep",
            "the folds beside the nose are very deep"),
        new(12, "lip corner puller", "a faint smile pulls the lip corners", "a smile pulls the lip corners up",
            "a broad smile pulls the lip corners far up"),
        new(13, "sharp lip puller", "the cheeks puff a little above the lip corners",
            "the cheeks puff above the lip corners", "the cheeks puff strongly above the lip corners"),
        new(14, "dimpler", "the lip corners tighten into faint dimples", "the lip corners tighten into dimples",
            "the lip corners tighten into deep dimples"),
        new(15, "lip corner depressor", "the mouth corners are slightly turned down",
            "the mouth corners are turned down", "the mouth corners are pulled far down"),
        new(16, "lower lip depressor", "the lower lip is drawn a little away from the teeth",
            "the lower lip is drawn away from the teeth", "the lower lip is drawn far away from the teeth"),
        new(17, "chin raiser", "the chin is slightly raised", "the chin is raised, pushing up the lower lip",
            "the chin is raised strongly, pushing up the lower lip"),
        new(18, "lip pucker", "the lips pout slightly", "the lips pout", "the lips pout strongly"),
        new(20, "lip stretcher", "the lips are slightly stretched sideways", "the lips are stretched sideways",
            "the lips are stretched wide sideways"),
        new(22, "lip funneler", "the lips pout slightly, like a funnel", "the lips pout like a funnel",
            "the lips pout strongly, like a funnel"),
        new(23, "lip tightener", "the lips are slightly tightened", "the lips are tightened",
            "the lips are tightened to a thin line"),
        new(24, "lip pressor", "the lips are lightly pressed together", "the lips are pressed together",
            "the lips are firmly pressed together"),
        new(25, "lips part", "the lips are slightly parted", "the lips are parted", "the lips are wide apart, parted"),
        new(26, "jaw drop", "the mouth is slightly open", "the mouth is open, the jaw dropped",
            "the mouth is wide open, the jaw dropped"),
        new(27, "mouth stretch", "the mouth is open", "the mouth is wide open", "the mouth is stretched wide open"),
        new(28, "lip suck", "the person sucks the lips slightly", "the person sucks the lips in",
            "the person sucks the lips in tightly"),
        new(43, "eyes closed", "the eyes are nearly closed", "the eyes are closed", "the eyes are closed tight"),
        new(45, "blink", "the eyes begin to blink", "the eyes blink", "the eyes blink hard"),
    }.ToFrozenDictionary(unit => unit.Number);

    /// <summary>All of them, in the order of their numbers.</summary>
    public static IReadOnlyList<ActionUnit> All { get; } = [.. Table.Values.OrderBy(unit => unit.Number)];

    /// <summary>Units that speaking and blinking move, whatever the person feels.</summary>
    public static IReadOnlySet<int> Unexpressive { get; } = FrozenSet.Create(18, 25, 26, 28, 43, 45);

    /// <summary>A unit by its number; null where there is no text for it.</summary>
    public static ActionUnit? Find(int number) => Table.GetValueOrDefault(number);
}
