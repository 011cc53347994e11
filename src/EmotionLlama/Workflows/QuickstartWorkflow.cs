using System.Diagnostics;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;
using EmotionLlama.Generation;
using EmotionLlama.Monitoring;
using EmotionLlama.Pretraining;
using EmotionLlama.Runtime;
using EmotionLlama.World;
using static TorchSharp.torch;

namespace EmotionLlama.Workflows;

/// <summary>
/// The whole story on built-in data: makes clips of the small world, asks the untuned model about held-out ones, tunes it
/// (stage 2), asks again, also with face, voice or words withheld, and writes a report.
/// </summary>
/// <param name="options">How much, and where.</param>
/// <param name="observer">Hears of the progress.</param>
public sealed class QuickstartWorkflow(QuickstartOptions options, IQuickstartObserver observer)
{
    /// <summary>The summary in the output folder.</summary>
    public const string SummaryName = "summary.json";

    /// <summary>The report in the output folder.</summary>
    public const string ReportName = "report.html";

    private const string DatasetName = "world";
    private const string VisionFolder = "vision";
    private const int EvaluationBatch = 30;
    private const int ShownClips = 3;

    private readonly GenerationSettings _generation = new() { MaxNewTokens = 120 };

    /// <summary>Runs the story, in place of an earlier quickstart in the same folder.</summary>
    /// <param name="cancellationToken">Stops it; a training under way saves its step first.</param>
    /// <exception cref="InputException">An option is out of range, or the output folder cannot be written to or has the
    /// checkpoints of another run.</exception>
    public QuickstartSummary Run(CancellationToken cancellationToken = default)
    {
        // The tiny model's tensors are so small that a second thread costs more than it gives; and the figures do not
        // depend on the machine's cores then.
        var threads = get_num_threads();
        set_num_threads(1);
        try
        {
            return Tell(cancellationToken);
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    private QuickstartSummary Tell(CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        options.Validate();
        var folder = OutputFolder.Open(options.OutputFolder);
        var data = Path.Combine(folder, "data");
        RemoveEarlier(folder, data);
        WriteWorld(data, cancellationToken);

        var recipe = ReadRecipe(folder, data);
        using var session = TrainingSession.Open(recipe);
        var dataReport = string.Join('\n', session.ReportData(cancellationToken).Select(report => report.ToText()));

        observer.OnStage("Asking the untuned model about held-out clips");
        var model = session.LoadModel(observer.OnLoaded, cancellationToken);
        var generator = new AnswerGenerator(model, session.Prompts(model));
        var heldOut = HeldOut(recipe, []);
        var without = ModalityReport.Names.ToDictionary(name => name, name => HeldOut(recipe, [name]));
        using var vision = VisionCaching.Prepare(recipe, [heldOut, .. without.Values], cancellationToken);
        vision?.Fill(model, observer.OnMessage, observer.OnVisionCache, cancellationToken);
        var before = Evaluate(generator, heldOut, "before", cancellationToken);

        observer.OnStage("Tuning: LoRA matrices and projections, everything else frozen");
        var shown = new SampleAnswerer(generator, heldOut, ShownClips, _generation);
        var outcome = TrainingWorkflow.Run(session, resume: null, observer, shown, cancellationToken: cancellationToken);

        observer.OnStage("Asking the tuned model about the same clips");
        var after = Evaluate(generator, heldOut, "after", cancellationToken);
        var modalities = ModalityReport.Of(
            after,
            [.. ModalityReport.Names.Select(name => (name, EvaluateWithout(name)))]);

        var reportFile = Path.Combine(folder, ReportName);
        var report = new QuickstartReport
        {
            Options = options,
            Folder = folder,
            Data = data,
            Recipe = recipe,
            DataReport = dataReport,
            Outcome = outcome,
            Answers = SampleAnswerLog.Read(Path.Combine(folder, SampleAnswerLog.FileName)),
            Before = ClipEvaluation.Score(before),
            After = ClipEvaluation.Score(after),
            Modalities = modalities,
        };
        report.Write(reportFile, clock.Elapsed);
        var summary = new QuickstartSummary
        {
            Seconds = clock.Elapsed.TotalSeconds,
            LossFirst = outcome.LossFirst,
            LossLast = outcome.LossLast,
            AccuracyBefore = ClipEvaluation.Score(before).Accuracy.Value,
            AccuracyAfter = modalities.Overall.Accuracy.Value,
            AccuracyWithoutFace = Without("face"),
            AccuracyWithoutVoice = Without("voice"),
            AccuracyWithoutWords = Without("words"),
            Clips = options.Clips,
            HeldOutClips = heldOut.Count,
            Seed = options.Seed,
            Checkpoint = outcome.Checkpoint,
            Report = reportFile,
        };
        ResultJson.Write(Path.Combine(folder, SummaryName), summary);
        return summary;

        List<ClipPrediction> EvaluateWithout(string modality) =>
            Evaluate(generator, without[modality], $"without {modality}", cancellationToken);

        double Without(string modality) =>
            modalities.Overall.Without.Single(effect => effect.Modality == modality).Accuracy.Value;
    }

    private WorldSplit TrainingSplit => new("train", 0, options.Clips);

    private WorldSplit HeldOutSplit => new("held_out", options.Clips, options.HeldOut);

    /// <summary>Removes the checkpoints and the vision cache of an earlier quickstart, which are known by its data.
    /// </summary>
    private void RemoveEarlier(string folder, string data)
    {
        if (!File.Exists(Path.Combine(data, TrainingSplit.AnnotationName)))
            return;

        foreach (var checkpoint in Directory.EnumerateFiles(folder, "checkpoint_*.pth").ToList())
            File.Delete(checkpoint);

        // Its clips may have been others, whose outputs would pile up.
        var vision = Path.Combine(folder, VisionFolder);
        if (Directory.Exists(vision))
            Directory.Delete(vision, recursive: true);
    }

    private void WriteWorld(string folder, CancellationToken cancellationToken)
    {
        observer.OnStage($"Making {options.Clips} clips to learn from and {options.HeldOut} held-out ones");
        using var encoders = TinyModel.Shipped.OpenEncoders();
        WorldWriter.Write(
            folder, options.Seed, [TrainingSplit, HeldOutSplit], encoders, cancellationToken: cancellationToken);
    }

    private Recipe ReadRecipe(string folder, string data)
    {
        var recipe = RecipeReader.Read(Path.Combine(AppContext.BaseDirectory, "configs", "quickstart.yaml")).Recipe;
        var frames = Path.Combine(data, WorldWriter.FrameFolder);
        var world = recipe.Datasets[DatasetName] with
        {
            BuildInfo = new BuildInfoRecipe
            {
                ImagePath = frames,
                AnnPath = Path.Combine(data, TrainingSplit.AnnotationName),
            },
        };
        return recipe with
        {
            Datasets = new Dictionary<string, DatasetRecipe> { [DatasetName] = world },
            EvaluationDatasets = new Dictionary<string, EvaluationDatasetRecipe>
            {
                [DatasetName] = new()
                {
                    EvalFilePath = Path.Combine(data, HeldOutSplit.AnnotationName),
                    ImgPath = frames,
                    BatchSize = EvaluationBatch,
                    MaxNewTokens = _generation.MaxNewTokens,
                },
            },
            Run = recipe.Run with
            {
                OutputDir = folder,
                Seed = options.Seed,
                MaxEpoch = options.Epochs,
                VisionCache = Path.Combine(folder, VisionFolder),
            },
        };
    }

    private MerrDataset HeldOut(Recipe recipe, IReadOnlyList<string> withhold) => MerrDataset.Open(
        DatasetName,
        recipe.Datasets[DatasetName] with
        {
            AnnotationFile = HeldOutSplit.AnnotationName,
            EnableAugmentation = false,
            Withhold = withhold,
        },
        recipe.Model.ImageSize);

    private List<ClipPrediction> Evaluate(
        AnswerGenerator generator, MerrDataset clips, string name, CancellationToken cancellationToken)
    {
        List<ClipPrediction> predictions =
            [.. ClipEvaluation.Predict(generator, clips, EvaluationBatch, _generation, cancellationToken)];
        observer.OnAccuracy(name, ClipEvaluation.Score(predictions).Accuracy.Value);
        return predictions;
    }
}
