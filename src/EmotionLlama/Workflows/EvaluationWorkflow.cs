using System.Diagnostics;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Distributed;
using EmotionLlama.Evaluation;
using EmotionLlama.Generation;
using EmotionLlama.Runtime;

namespace EmotionLlama.Workflows;

/// <summary>Answers about the test sets of a recipe, scores the answers and writes them down. It can be killed at any
/// moment: run again, it goes on where it stopped and ends with the files of a run that nobody disturbed.</summary>
/// <param name="recipe">The recipe. For recipes of people, <see cref="RecipeFiles"/> has looked for the files before and
/// named the keys of missing ones.</param>
/// <param name="options">What is done besides.</param>
/// <param name="observer">Hears of the progress.</param>
public sealed class EvaluationWorkflow(Recipe recipe, EvaluationOptions options, IEvaluationObserver observer)
{
    /// <summary>The predictions, in the folder of a test set.</summary>
    public const string PredictionsName = "predictions";

    /// <summary>The scores, in the folder of a test set.</summary>
    public const string MetricsName = "metrics.json";

    /// <summary>The report, in the folder of a test set.</summary>
    public const string ReportName = "report.html";

    /// <summary>The processes that divide the clips. Rank 0 writes, and what it writes are the files of one process.
    /// </summary>
    public IProcessGroup Ranks { get; init; } = new SingleProcess();

    /// <summary>Runs the evaluation. What can be found wrong without the model is found before it is read.</summary>
    /// <param name="cancellationToken">Stops between two tokens; whole batches are saved.</param>
    /// <returns>How each test set ended, in the order of the recipe; nothing on other ranks than rank 0.</returns>
    /// <exception cref="InputException">Something in the recipe or its files is wrong, or the folder of the results has
    /// answers made otherwise.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public IReadOnlyList<EvaluationOutcome> Run(CancellationToken cancellationToken = default)
    {
        using var model = new RecipeModel(recipe);
        using var raw = RawClips.Of(recipe);
        var passes = Open(model, raw, cancellationToken);
        RankAgreement.Check(Ranks, passes.SelectMany(set => set)
            .SelectMany(pass => pass.MadeWith.Select(made => ($"{made.Key} ({pass.Title})", made.Value)))
            .ToDictionary(fact => fact.Item1, fact => fact.Value));
        if (string.IsNullOrEmpty(recipe.Model.Ckpt))
            observer.OnMessage("model.ckpt names no checkpoint: LoRA and projections are random, the model is untuned");

        // Only what is still to be answered about needs pictures.
        var unanswered = passes.SelectMany(set => set).Where(pass => !pass.IsAnswered).ToList();
        using var vision = unanswered.Count == 0
            ? null
            : VisionCaching.Prepare(recipe, unanswered.Select(pass => pass.Clips.Dataset), cancellationToken);
        var built = model.Build(observer.OnLoaded, cancellationToken);
        vision?.Fill(built, observer.OnMessage, observer.OnVisionCache, cancellationToken);
        built.Llama.MergeLora();
        var generator = new AnswerGenerator(built, model.Prompts(built));
        return MemoryAdvice.Guard<IReadOnlyList<EvaluationOutcome>>(
            recipe,
            MemoryUse.Answering,
            () => [.. passes.Select(set => Evaluate(set, generator, cancellationToken)).OfType<EvaluationOutcome>()]);
    }

    /// <summary>The generation settings of a test set.</summary>
    private static GenerationSettings Settings(EvaluationDatasetRecipe entry) => new()
    {
        MaxNewTokens = entry.MaxNewTokens,
        Beams = entry.NumBeams,
        DoSample = entry.DoSample,
        Temperature = entry.Temperature,
        TopP = entry.TopP,
    };

    /// <summary>Opens everything but the model: for each test set the pass with everything present, and those with a
    /// modality withheld.</summary>
    private List<EvaluationPass[]> Open(RecipeModel model, RawClips? raw, CancellationToken cancellationToken)
    {
        var names = recipe.EvaluationDatasets.Keys.Where(
            name => options.Datasets.Count == 0 || options.Datasets.Contains(name));
        var output = recipe.Run.SavePath ?? Path.Combine(recipe.Run.OutputDir, "evaluation");
        var fingerprint = new EvaluationFingerprint(recipe);
        var passes = names.Select(name => Open(name, output, fingerprint, model, raw, cancellationToken)).ToList();
        foreach (var pass in passes.SelectMany(set => set))
        {
            // All at once, so that a restart that is killed goes on with its own answers only.
            if (Ranks.Rank > 0)
                continue;

            if (options.Restart)
                File.Delete(pass.Log);
            else
                AnswerLog.EnsureMadeWith(pass.Log, pass.MadeWith);
        }

        return passes;
    }

    private EvaluationPass[] Open(
        string name,
        string output,
        EvaluationFingerprint fingerprint,
        RecipeModel model,
        RawClips? raw,
        CancellationToken cancellationToken)
    {
        var set = new EvaluationSet(name, recipe, raw);
        CheckSettings(set);
        var clips = set.Open();
        var report = DataReportBuilder.Build(clips, model.Tokenizer.CountTokens, cancellation: cancellationToken);
        raw?.Check([report]);
        if (report.MadeWhenRead.Count > 0)
        {
            observer.OnMessage($"{name}: frames or features of {report.MadeWhenRead.Count} clips are made of the clips "
                + "themselves; 'emotion-llama extract' makes them once");
        }

        DataReadiness.Check([report], recipe.Run.OnBadSample, "evaluation_datasets");
        var folder = Path.Combine(output, FileNameOf(name));
        folder = Ranks.Rank == 0 ? OutputFolder.Open(folder) : Path.GetFullPath(folder);
        return [Pass(null), .. ToWithhold(set).Select(Pass)];

        EvaluationPass Pass(string? withheld)
        {
            var dataset = withheld is null ? clips : set.Open(withheld);
            return new EvaluationPass(
                set, withheld, new ReadableClips(dataset, report), folder, fingerprint.Of(set, dataset));
        }
    }

    private static void CheckSettings(EvaluationSet set)
    {
        try
        {
            Settings(set.Entry).Validate();
        }
        catch (InputException e)
        {
            throw new InputException($"evaluation_datasets.{set.Name}: {e.Message}", e);
        }
    }

    private List<string> ToWithhold(EvaluationSet set)
    {
        if (!options.WithholdEach)
            return [];

        var present = ModalityReport.Names.Where(name => !set.Withheld.HasFlag(ModalityNames.Parse([name]))).ToList();
        return present.Count > 0
            ? present
            : throw new InputException(
                $"--withhold-each: the recipe withholds face, voice and words of '{set.Name}' already; take one out of "
                + "datasets.*.withhold");
    }

    private EvaluationOutcome? Evaluate(
        EvaluationPass[] passes, AnswerGenerator generator, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var predictions = Array.ConvertAll(passes, pass => Answer(pass, generator, cancellationToken));
        if (Ranks.Rank > 0)
            return null;

        var (all, labels) = (passes[0], passes[0].Set.Entry.Labels);
        var modalities = passes.Length == 1 ? null : ModalityReport.Of(
            predictions[0], [.. passes.Zip(predictions, (pass, made) => (pass.Withheld!, made)).Skip(1)], labels);
        var metrics = RecognitionMetrics.Of(all.Set.Name, labels, predictions[0], all.Clips.Unreadable);
        var report = Path.Combine(all.Folder, ReportName);
        ResultJson.Write(Path.Combine(all.Folder, MetricsName), metrics);
        if (modalities is not null)
        {
            ResultJson.Write(
                Path.Combine(all.Folder, "modalities.json"),
                new { modalities.Modalities, modalities.Overall, modalities.ByLabel });
            modalities.WriteCsv(Path.Combine(all.Folder, "modalities.csv"));
        }

        EvaluationReport.Write(report, recipe, metrics, ClipEvaluation.Score(predictions[0], labels), modalities);
        var outcome = new EvaluationOutcome
        {
            Metrics = metrics,
            Modalities = modalities,
            Folder = all.Folder,
            Predictions = all.File(PredictionsName, "csv"),
            Report = report,
            Duration = clock.Elapsed,
        };
        observer.OnEvaluated(outcome);
        return outcome;
    }

    private IReadOnlyList<ClipPrediction> Answer(
        EvaluationPass pass, AnswerGenerator generator, CancellationToken cancellationToken)
    {
        var entry = pass.Set.Entry;
        var isFirst = true;
        var predictions = new ResumableEvaluation(
            generator, pass.Clips, Settings(entry), entry.BatchSize, recipe.Run.Seed, Ranks)
            .Run(pass.Log, pass.MadeWith, Tell, cancellationToken);
        if (Ranks.Rank > 0)
            return predictions;

        PredictionFiles.WriteCsv(pass.File(PredictionsName, "csv"), predictions, options.Format);
        PredictionFiles.WriteJsonLines(pass.File(PredictionsName, "jsonl"), predictions);
        return predictions;

        void Tell(int done)
        {
            if (isFirst)
                observer.OnPass(pass.Title, pass.Clips.Count, done);
            else
                observer.OnAnswers(done);

            isFirst = false;
        }
    }

    private static string FileNameOf(string name) =>
        string.Concat(name.Select(letter => Path.GetInvalidFileNameChars().Contains(letter) ? '_' : letter));
}
