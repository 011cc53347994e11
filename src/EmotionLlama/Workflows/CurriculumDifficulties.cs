using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Datasets.Curriculum;
using EmotionLlama.Distributed;
using EmotionLlama.Models;
using EmotionLlama.Scoring.Clues;
using static TorchSharp.torch;

namespace EmotionLlama.Workflows;

/// <summary>How difficult the clips of a recipe are, by data set; null for data sets without a curriculum, NaN for
/// clips that cannot be read. They are kept in the output folder, so that a resumed run draws in the order it began
/// with.
/// </summary>
internal static class CurriculumDifficulties
{
    /// <summary>The difficulties that captions tell. A clip that several tasks ask about has the mean of their answers,
    /// by the weights of the tasks. Null also where the model's loss decides.</summary>
    public static IReadOnlyList<IReadOnlyList<double>?> OfCaptions(TrainingSession session) =>
        [.. session.Datasets.Select(dataset => OfCaptions(dataset, dataset.Recipe.Curriculum.Difficulty))];

    /// <summary>All difficulties of a run that begins or goes on.</summary>
    /// <param name="session">The opened recipe.</param>
    /// <param name="model">The model as the run begins with it, before a checkpoint is restored.</param>
    /// <param name="folder">The output folder.</param>
    /// <param name="resume">The checkpoint the run goes on from; null where it begins.</param>
    /// <param name="report">Hears what the curricula do.</param>
    /// <param name="cancellationToken">Stops measuring.</param>
    /// <param name="ranks">The processes that train together: rank 0 measures, and all draw by its figures. Null where
    /// there is one.</param>
    /// <exception cref="InputException">A run goes on and its losses are not known any more, or are of other data; or a
    /// clip cannot be read.</exception>
    public static IReadOnlyList<IReadOnlyList<double>?> Prepare(
        TrainingSession session,
        EmotionLlamaModel model,
        string folder,
        string? resume,
        Action<string> report,
        CancellationToken cancellationToken,
        IProcessGroup? ranks = null)
    {
        if (session.Datasets.All(dataset => dataset.Recipe.Curriculum.Difficulty == CurriculumDifficulty.None))
            return [.. session.Datasets.Select(_ => (IReadOnlyList<double>?)null)];

        var file = Path.Combine(folder, CurriculumFile.Name);
        if (ranks is { Rank: > 0 })
        {
            ranks.Barrier();
            return CurriculumFile.Read(file, session.Datasets);
        }

        var difficulties = Kept(session, folder, resume) ?? Find();
        CurriculumFile.Write(file, session.Datasets, difficulties);
        ranks?.Barrier();
        foreach (var curriculum in CurriculumReports.Make(session, difficulties))
            report(curriculum.ToText());

        return difficulties;

        IReadOnlyList<IReadOnlyList<double>?> Find() =>
        [
            .. OfCaptions(session).Select((known, i) =>
                session.Datasets[i].Recipe.Curriculum.Difficulty == CurriculumDifficulty.Loss
                    ? Losses(session, i, model, report, cancellationToken)
                    : known),
        ];
    }

    /// <summary>What the run began with: in its output folder, or beside the checkpoint where it goes on in another.
    /// </summary>
    private static IReadOnlyList<IReadOnlyList<double>?>? Kept(TrainingSession session, string folder, string? resume)
    {
        if (resume is null)
            return null;

        var source = Path.GetDirectoryName(Path.GetFullPath(resume)) ?? "";
        var file = new[] { folder, source }.Select(place => Path.Combine(place, CurriculumFile.Name))
            .FirstOrDefault(File.Exists);
        if (file is not null)
            return CurriculumFile.Read(file, session.Datasets);

        // Captions tell the same again; the losses of the model that the run began with are gone.
        return session.Datasets.All(dataset => dataset.Recipe.Curriculum.Difficulty != CurriculumDifficulty.Loss)
            ? null
            : throw new InputException($"{Path.Combine(folder, CurriculumFile.Name)}: no such file, and a run with the "
                + "curriculum difficulty 'loss' goes on with the losses it began with; copy it from the run's folder");
    }

    private static double[]? OfCaptions(MerrDataset dataset, CurriculumDifficulty difficulty) => difficulty switch
    {
        CurriculumDifficulty.Length => MeanOverTasks(dataset, (_, answer) => CountWords(answer)),
        CurriculumDifficulty.Clues => MeanOverTasks(dataset, (_, answer) => CountClues(answer)),
        CurriculumDifficulty.Modalities => MeanOverTasks(
            dataset, (clip, answer) => Count(dataset.Present(clip.Name) & CaptionMentions.Find(answer))),
        _ => null,
    };

    private static double[] MeanOverTasks(MerrDataset dataset, Func<ClipAnnotation, string, int> measure)
    {
        var tasks = dataset.Tasks.Tasks.Zip(dataset.Tasks.Probabilities).ToList();
        return
        [
            .. Enumerable.Range(0, dataset.Count).Select(index => tasks.Sum(task =>
                dataset.Texts.Find(dataset[index], task.First) is { } answer
                    ? task.Second * measure(dataset[index], answer)
                    : double.NaN)),
        ];
    }

    /// <summary>The mean cross entropy of the answer to the most frequent task, asked in its first wording, of every
    /// clip. Draws nothing, so the run begins as without it.</summary>
    private static double[] Losses(
        TrainingSession session,
        int place,
        EmotionLlamaModel model,
        Action<string> report,
        CancellationToken cancellationToken)
    {
        var dataset = session.Datasets[place];
        var unreadable = session.ReportData(cancellationToken)[place].UnreadableClips.ToHashSet();
        var task = dataset.Tasks.Tasks.Zip(dataset.Tasks.Probabilities).MaxBy(task => task.Second).First;
        var prompts = session.Prompts(model);
        report(
            $"{dataset.Name}: measuring the loss of {dataset.Count} clips for the curriculum, before the first step");
        using var _ = no_grad();
        var losses = new double[dataset.Count];
        for (var index = 0; index < losses.Length; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            losses[index] = unreadable.Contains(dataset[index].Name) ? double.NaN : Loss(index);
        }

        return losses;

        double Loss(int index)
        {
            using var scope = NewDisposeScope();
            using var clip = dataset.Read(index, task, task.Instructions[0], drawSeed: 0, SampleUse.Validation);
            using var row = PackedBatch.Pack([(clip, prompts.ForTraining(clip.Instruction, clip.Answer))]);
            return model.LossSum(row).item<float>() / row.AnswerTokens;
        }
    }

    /// <summary>Face, voice and words; the three views of a face are one.</summary>
    private static int Count(Modalities modalities) =>
        new[] { Modalities.Face, Modalities.Voice, Modalities.Words }.Count(one => (modalities & one) != 0);

    /// <summary>A clue that is told twice is one.</summary>
    private static int CountClues(string text) =>
        ClueReader.Read(text).Select(mention => mention.Clue).Distinct().Count();

    private static int CountWords(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
}
