namespace EmotionLlama.Datasets;

/// <summary>Clips that can be read by their place, from several threads at once.</summary>
public interface IClipDataset
{
    /// <summary>The data set's name in the recipe.</summary>
    string Name { get; }

    /// <summary>Clips in the data set.</summary>
    int Count { get; }

    /// <summary>The annotation of a clip.</summary>
    ClipAnnotation this[int index] { get; }

    /// <summary>Reads a clip. The same arguments give the same sample.</summary>
    /// <param name="index">The clip's place, below <see cref="Count"/>.</param>
    /// <param name="drawSeed">Fixes the task, the instruction and the augmentation.</param>
    /// <param name="use">Whether the sample has its answer and is augmented.</param>
    /// <returns>The sample; the caller disposes of it.</returns>
    /// <exception cref="InputException">A file of the clip is missing or cannot be read, or the clip has no answer for
    /// the task drawn.</exception>
    ClipSample Read(int index, ulong drawSeed, SampleUse use);

    /// <summary>The instruction that <see cref="Read"/> gives a clip.</summary>
    /// <param name="index">The clip's place, below <see cref="Count"/>.</param>
    /// <param name="drawSeed">Fixes the task and the instruction.</param>
    /// <exception cref="InputException">As for <see cref="Read"/>.</exception>
    string Instruction(int index, ulong drawSeed)
    {
        using var sample = Read(index, drawSeed, SampleUse.Testing);
        return sample.Instruction;
    }
}
