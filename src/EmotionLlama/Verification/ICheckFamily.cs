namespace EmotionLlama.Verification;

/// <summary>Checks that belong together: those of one row, or a few, of the reference layout.</summary>
internal interface ICheckFamily
{
    /// <summary>The family's name in snake case; a folder that does not even allow to list its checks fails under it.
    /// </summary>
    string Name { get; }

    /// <summary>Lists the checks of a folder. Each is run before the next is asked for, so that what they share lives
    /// as long as the enumeration.</summary>
    IEnumerable<ReferenceCheck> ChecksOf(ReferenceFolder folder);
}
