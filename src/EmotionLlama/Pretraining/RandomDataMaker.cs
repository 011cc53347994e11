using System.Text.Json;
using EmotionLlama.Datasets;
using EmotionLlama.Media;
using EmotionLlama.Runtime;
using EmotionLlama.Tokenization;
using EmotionLlama.World;

namespace EmotionLlama.Pretraining;

/// <summary>Makes a data set in the layout of the MERR data, of as many tokens as the real one has, to try how a whole
/// run works and how fast: faces and phrases of the small world, the phrases joined until they are long enough, and
/// features of random numbers. There is nothing to learn from it.</summary>
public static class RandomDataMaker
{
    private const int ShortestAnswer = 60;
    private const int LongestAnswer = 250;
    private const int ShortestSentence = 5;
    private const int LongestSentence = 35;
    private const int FrameSize = 480;
    private const int TrainedForOneHeldOut = 24;

    /// <summary>Writes the data set.</summary>
    /// <param name="folder">Where it goes.</param>
    /// <param name="clips">All clips; one of 25, but at least one, is held out.</param>
    /// <param name="tokenizerFile">The tokenizer that tells how long texts are.</param>
    /// <param name="seed">Fixes everything.</param>
    /// <param name="cancellation">Stops between two clips; no annotation is written then.</param>
    /// <exception cref="InputException">The folder cannot be written to, or there are fewer than two clips.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static RandomData Make(
        string folder, int clips, string tokenizerFile, long seed = 1, CancellationToken cancellation = default)
    {
        if (clips < 2)
            throw new InputException($"{clips} clips: at least 2 are needed, one of them held out");

        var files = new RandomData(folder);
        OutputFolder.Open(folder);
        File.Delete(files.AnnotationFile);
        var tokenizer = LlamaTextTokenizer.Open(tokenizerFile);
        var all = new Clip[clips];
        var options = new ParallelOptions { CancellationToken = cancellation };
        try
        {
            Parallel.For(0, clips, options, index => all[index] = MakeClip(files, tokenizer, seed, index));
        }
        catch (AggregateException e)
        {
            throw e.InnerExceptions.FirstOrDefault(inner => inner is InputException) ?? e;
        }

        // The annotations come last: where they are, the clips that they name are too.
        var heldOut = Math.Max(1, clips / (TrainedForOneHeldOut + 1));
        Transcripts.Write(files.TranscriptFile, all.Select(clip => (clip.World.Name, clip.Sentence)));
        AtomicFile.WriteText(files.CaptionFile, JsonSerializer.Serialize(all.ToDictionary(
            clip => clip.World.Name,
            clip => new Dictionary<string, string> { [Datasets.CaptionFile.FineField] = clip.Answer })));
        AnnotationFile.Write(files.HeldOutFile, all[^heldOut..].Select(Annotate));
        AnnotationFile.Write(files.AnnotationFile, all[..^heldOut].Select(Annotate));
        return files;

        static ClipAnnotation Annotate(Clip clip) => new(
            clip.World.Name, clip.World.FrameCount, clip.World.Emotion, EmotionTable.Valence(clip.World.Emotion));
    }

    private static Clip MakeClip(RandomData files, LlamaTextTokenizer tokenizer, long seed, int index)
    {
        var clip = WorldClipFactory.Create(seed, index);
        var random = new SplitMix64(SplitMix64.Mix((ulong)seed, (ulong)index));
        FaceRenderer.Render(clip, clip.PeakSeconds, FrameSize)
            .SavePng(Path.Combine(files.FrameFolder, clip.Name + ".png"));
        foreach (var feature in ClipFeature.All)
        {
            var numbers = new float[ClipMedia.FeatureSize];
            for (var i = 0; i < numbers.Length; i++)
                numbers[i] = (float)(random.NextDouble() - 0.5);

            NpyFile.Write(files.FeatureFile(feature.Folder, clip.Name), numbers);
        }

        return new Clip(
            clip,
            TextOf(tokenizer, Phrases(other => other.Line.Text), Between(ShortestSentence, LongestSentence)),
            TextOf(tokenizer, Phrases(CaptionWriter.FineGrained), Between(ShortestAnswer, LongestAnswer)));

        int Between(int least, int most) => least + random.NextInt(most - least + 1);

        // This clip's own phrase, then those of others that no data set of this seed reaches.
        IEnumerable<string> Phrases(Func<WorldClip, string> phrase) => Enumerable.Range(0, LongestAnswer)
            .Select(i => phrase(i == 0 ? clip : WorldClipFactory.Create(seed + 1, (index * LongestAnswer) + i)));
    }

    /// <summary>Joins phrases up to the word that makes a number of tokens full.</summary>
    private static string TextOf(LlamaTextTokenizer tokenizer, IEnumerable<string> phrases, int tokens)
    {
        var words = new List<string>();
        foreach (var word in phrases.SelectMany(phrase => phrase.Split(' ')))
        {
            words.Add(word);
            tokens -= tokenizer.CountTokens(word);
            if (tokens <= 0)
                break;
        }

        return string.Join(' ', words);
    }

    private sealed record Clip(WorldClip World, string Sentence, string Answer);
}
