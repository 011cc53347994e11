namespace EmotionLlama.World;

/// <summary>A part of a data set with an annotation file of its own.</summary>
/// <param name="Name">The part's name, such as <c>train</c>: its file is <c>world_train.txt</c>.</param>
/// <param name="FirstIndex">The index of its first clip.</param>
/// <param name="Count">The number of its clips. Multiples of <see cref="EmotionTable.BlockLength"/>, from a multiple
/// of it, are balanced exactly.</param>
public sealed record WorldSplit(string Name, int FirstIndex, int Count)
{
    /// <summary>The name of the annotation file.</summary>
    public string AnnotationName => $"world_{Name}.txt";

    /// <summary>The clips, made one at a time as they are asked for.</summary>
    /// <param name="seed">The seed of the data set.</param>
    public IEnumerable<WorldClip> Clips(long seed) =>
        Enumerable.Range(FirstIndex, Count).Select(index => WorldClipFactory.Create(seed, index));
}
