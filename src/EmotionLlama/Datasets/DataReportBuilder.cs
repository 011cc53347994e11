using EmotionLlama.Configuration;
using EmotionLlama.Media;

namespace EmotionLlama.Datasets;

/// <summary>Goes through a data set and reports what is in it.</summary>
public static class DataReportBuilder
{
    /// <summary>Makes the report of a data set.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="countTokens">Counts the tokens of a text, special symbols such as the end symbol included.</param>
    /// <param name="options">How; null takes the defaults.</param>
    /// <param name="cancellation">Stops going through the files.</param>
    public static DataReport Build(
        MerrDataset dataset,
        Func<string, int> countTokens,
        DataReportOptions? options = null,
        CancellationToken cancellation = default)
    {
        options ??= new DataReportOptions();
        var clips = Enumerable.Range(0, dataset.Count).Select(index => dataset[index]).ToList();
        var distinct = clips.DistinctBy(clip => clip.Name).ToList();
        var names = distinct.ConvertAll(clip => clip.Name);
        var transcripts = dataset.Texts.Transcripts;
        return new DataReport
        {
            Dataset = dataset.Name,
            Clips = clips.Count,
            Labels = EmotionNames.All.Union(clips.Select(clip => clip.Emotion.ToText())).ToDictionary(
                label => label, label => clips.Count(clip => clip.Emotion.ToText() == label)),
            Tasks =
            [
                .. dataset.Tasks.Tasks.Zip(
                    dataset.Tasks.Probabilities,
                    (task, probability) => ReportTask(dataset, distinct, task, probability, countTokens, options)),
            ],
            PromptTokens = MeasurePrompts(dataset, names, countTokens),
            MaxAnswerTokens = options.MaxAnswerTokens,
            Withheld = dataset.Recipe.Withhold,
            AnnotatedTwice =
            [
                .. clips.CountBy(clip => clip.Name).Where(name => name.Value > 1).Select(name => name.Key),
            ],
            WithoutTranscript = [.. names.Where(name => transcripts is not null && transcripts[name] is null)],
            WithEmptyTranscript = [.. names.Where(name => transcripts?[name] is { } line && IsBlank(line))],
            TranscribedTwice = transcripts?.DuplicateNames ?? [],
            CaptionedTwice = CaptionedTwice(dataset.Texts),
            MadeWhenRead = [.. names.Where(name => dataset.Media.ToMake(name) != Modalities.None)],
            FileProblems = CheckFiles(dataset.Media, names, options, cancellation),
        };
    }

    private static TaskReport ReportTask(
        MerrDataset dataset,
        List<ClipAnnotation> clips,
        TaskDefinition task,
        double probability,
        Func<string, int> countTokens,
        DataReportOptions options)
    {
        List<string> without = [], empty = [], refusals = [], truncated = [];
        var lengths = new List<int>();
        var captions = new Dictionary<string, List<string>>();
        foreach (var clip in dataset.Recipe.Caption == CaptionUse.Use ? clips : [])
        {
            var answer = dataset.Texts.Find(clip, task);
            if (answer is null || IsBlank(answer))
            {
                (answer is null ? without : empty).Add(clip.Name);
                continue;
            }

            var length = countTokens(dataset.Texts.Process(answer) + options.EndSymbol);
            lengths.Add(length);
            if (length > options.MaxAnswerTokens)
                truncated.Add(clip.Name);

            if (task.Field is not (CaptionFile.CoarseField or CaptionFile.FineField))
                continue;

            if (Refusal.Is(answer))
                refusals.Add(clip.Name);
            if (!captions.TryGetValue(answer, out var group))
                captions[answer] = group = [];
            group.Add(clip.Name);
        }

        return new TaskReport
        {
            Task = task.Name,
            Probability = probability,
            AnswerTokens = LengthSummary.Of(lengths),
            Truncated = truncated,
            WithoutAnswer = without,
            WithEmptyAnswer = empty,
            Refusals = refusals,
            SameAnswer = [.. captions.Values.Where(group => group.Count > 1)],
        };
    }

    private static LengthSummary MeasurePrompts(
        MerrDataset dataset, List<string> names, Func<string, int> countTokens)
    {
        var (task, instruction) = dataset.Tasks.Tasks
            .SelectMany(task => task.Instructions.Select(instruction => (task.Name, instruction)))
            .MaxBy(asked => countTokens($"[{asked.Name}] {asked.instruction}"));
        return LengthSummary.Of(names.Select(name => countTokens(
            InstructionFormat.Compose(dataset.Texts.Transcripts?[name] ?? "", task, instruction))));
    }

    private static List<string> CaptionedTwice(ClipTexts texts) =>
    [
        .. (texts.CoarseGrained?.DuplicateNames ?? []).Union(texts.FineGrained?.DuplicateNames ?? []),
    ];

    private static List<FileProblem> CheckFiles(
        ClipMedia media, List<string> names, DataReportOptions options, CancellationToken cancellation)
    {
        var problems = new List<FileProblem>();
        foreach (var name in names)
        {
            cancellation.ThrowIfCancellationRequested();
            var made = media.ToMake(name);
            if (made != Modalities.None)
                Check(name, () => CheckNotEmpty(media.FindClip(name)!, "clip"));
            if (!media.IsWithheld(Modalities.Image) && !made.HasFlag(Modalities.Image))
                Check(name, () => CheckFrame(media, name, options.DecodeFrames));
            foreach (var feature in ClipFeature.All.Where(feature =>
                !media.IsWithheld(feature.Modality) && !made.HasFlag(feature.Modality)))
            {
                Check(name, () => NpyFile.Read(media.FeatureFile(feature, name), ClipMedia.FeatureSize));
            }
        }

        return problems;

        void Check(string clip, Action read)
        {
            try
            {
                read();
            }
            catch (InputException e)
            {
                problems.Add(new FileProblem(clip, e.Message));
            }
        }
    }

    private static void CheckFrame(ClipMedia media, string name, bool decode)
    {
        var path = media.FindFrame(name);
        if (decode)
            _ = ImageLoader.Load(path);
        else
            CheckNotEmpty(path, "picture");
    }

    private static void CheckNotEmpty(string path, string kind)
    {
        if (new FileInfo(path).Length == 0)
            throw new InputException($"{path}: the {kind} is empty (0 bytes); extract or copy it again");
    }

    private static bool IsBlank(string text) => string.IsNullOrWhiteSpace(text);
}
