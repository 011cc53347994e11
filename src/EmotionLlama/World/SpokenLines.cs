namespace EmotionLlama.World;

/// <summary>
/// The sentences of the small world: good news and bad news. Both sides draw on the same nouns, so that no noun gives
/// the side away: what is said about it decides.
/// </summary>
public static class SpokenLines
{
    private static readonly string[] Contests =
        ["relay race", "chess final", "spelling contest", "dance contest", "football match", "village quiz",
            "sailing race", "tennis match"];

    private static readonly string[] Relatives =
        ["brother", "sister", "mother", "father", "cousin", "neighbour", "grandmother", "uncle"];

    private static readonly string[] Things =
        ["golden ring", "old violin", "red bicycle", "family album", "silver watch", "little boat", "garden key",
            "blue guitar"];

    private static readonly string[] Exams =
        ["driving test", "music exam", "history exam", "swimming test", "language test", "cooking exam", "maths exam",
            "pilot test"];

    private static readonly string[] Shows =
        ["school concert", "puppet play", "garden party", "winter festival", "dinner show", "street parade",
            "poetry evening", "film night"];

    private static readonly string[] Places =
        ["harbour", "mountain village", "orchard", "island", "valley", "lake house", "old town", "meadow"];

    private static readonly string[] Plans =
        ["new bakery", "school library", "summer camp", "music room", "bridge project", "tree house", "book club",
            "animal shelter"];

    private static readonly LineTemplate[] PleasantTemplates =
    [
        new("We won the {0} at last!", "a victory", Contests),
        new("They gave me back the {0}.", "a welcome return", Things),
        new("My {0} is coming home today!", "a reunion", Relatives),
        new("The doctor says my {0} is well again.", "a recovery", Relatives),
        new("You kept the {0} safe for me.", "a kindness", Things),
        new("I passed the {0} with top marks!", "a passed exam", Exams),
        new("Everybody loved our {0}.", "warm praise", Shows),
        new("We found the {0} safe and sound.", "a lucky find", Things),
        new("The {0} was a joy from start to end.", "a lovely event", Shows),
        new("Tomorrow we leave for the {0}!", "a longed-for trip", Places),
        new("They said yes to our {0}.", "an approval", Plans),
        new("You did a wonderful job at the {0}!", "thanks", Shows),
        new("My {0} is getting married in spring!", "a wedding", Relatives),
        new("The sun shines again over the {0}.", "fine weather", Places),
        new("There is money for the {0} now!", "generous help", Plans),
        new("Did you hear that we won the {0}?", "a victory", Contests),
    ];

    private static readonly LineTemplate[] UnpleasantTemplates =
    [
        new("We lost the {0} again.", "a defeat", Contests),
        new("They took away the {0}.", "a painful loss", Things),
        new("My {0} is leaving us for good.", "a parting", Relatives),
        new("The doctor says my {0} is very ill.", "an illness", Relatives),
        new("You broke the {0} on purpose.", "spiteful damage", Things),
        new("I failed the {0} once more.", "a failed exam", Exams),
        new("Nobody came to our {0}.", "a rejection", Shows),
        new("Somebody stole the {0} last night.", "a theft", Things),
        new("They cancelled the {0} again!", "a cancelled event", Shows),
        new("The storm destroyed the {0}.", "a disaster", Places),
        new("They said no to our {0}.", "a refusal", Plans),
        new("You made a mess of the {0}!", "blame", Shows),
        new("My {0} had an accident on the road.", "an accident", Relatives),
        new("The flood is rising over the {0}!", "a flood", Places),
        new("There is no money left for the {0}.", "a bitter shortage", Plans),
        new("Did you hear that we lost the {0}?", "a defeat", Contests),
    ];

    /// <summary>All lines of one side, in a fixed order.</summary>
    public static IEnumerable<SpokenLine> All(WordsCue words) =>
        from template in TemplatesOf(words)
        from filler in Enumerable.Range(0, template.Fillers.Count)
        select template.Fill(filler);

    /// <summary>The different things that lines of one side are about.</summary>
    public static IEnumerable<string> Gists(WordsCue words) =>
        TemplatesOf(words).Select(template => template.Gist).Distinct();

    /// <summary>A random line of one side.</summary>
    internal static SpokenLine Draw(WordsCue words, ref WorldRandom random)
    {
        var template = random.Pick(TemplatesOf(words));
        return template.Fill(random.Below(template.Fillers.Count));
    }

    private static LineTemplate[] TemplatesOf(WordsCue words) =>
        words == WordsCue.Pleasant ? PleasantTemplates : UnpleasantTemplates;
}
