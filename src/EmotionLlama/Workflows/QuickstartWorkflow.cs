using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;
using EmotionLlama.Generation;
using EmotionLlama.Models;
using EmotionLlama.Monitoring;
using EmotionLlama.Pretraining;
using EmotionLlama.Runtime;
using EmotionLlama.World;

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
    private const int EvaluationBatch = 30;
    private const int ShownClips = 3;

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly GenerationSettings _generation = new() { MaxNewTokens = 120 };

    /// <summary>Runs the story.</summary>
    /// <param name="cancellationToken">Stops it; a training under way saves its step first.</param>
    /// <exception cref="InputException">An option is out of range, or the output folder cannot be written to.</exception>
    public QuickstartSummary Run(CancellationToken cancellationToken = default)
    {
        var clock = Stopwatch.StartNew();
        if (options.Clips < QuickstartOptions.FewestClips)
            throw new InputException($"--clips is {options.Clips}, expected at least {QuickstartOptions.FewestClips}");

        var folder = OutputFolder.Open(options.OutputFolder);
        var data = Path.Combine(folder, "data");
        WriteWorld(data, cancellationToken);

        var recipe = ReadRecipe(folder, data);
        using var session = TrainingSession.Open(recipe);
        var dataReport = string.Join('\n', session.ReportData(cancellationToken).Select(report => report.ToText()));

        observer.OnStage("Asking the untuned model about held-out clips");
        var model = session.BuildModel(observer.OnMessage);
        var generator = new AnswerGenerator(model, session.Prompts(model));
        var heldOut = HeldOut(recipe, []);
        var shown = new SampleAnswerer(generator, heldOut, [.. Enumerable.Range(0, ShownClips)], _generation);
        List<SampleAnswer> answers = [.. shown.Answer(step: 0, epoch: 0, cancellationToken)];
        answers.ForEach(observer.OnAnswer);
        var before = Evaluate(generator, heldOut, "before", cancellationToken);

        var outcome = Train(session, shown, answers, cancellationToken);

        observer.OnStage("Asking the tuned model about the same clips");
        var after = Evaluate(generator, heldOut, "after", cancellationToken);
        var withoutFace = EvaluateWithout("face", generator, recipe, cancellationToken);
        var withoutVoice = EvaluateWithout("voice", generator, recipe, cancellationToken);
        var withoutWords = EvaluateWithout("words", generator, recipe, cancellationToken);

        var report = Path.Combine(folder, ReportName);
        Monitoring.Report.HtmlReport.Write(report, new Monitoring.Report.ReportModel
        {
            Title = "Emotion-LLaMA, tuned on the small world",
            Subtitle = string.Create(
                CultureInfo.InvariantCulture,
                $"stage 2 on {options.Clips} synthetic clips, seed {options.Seed}; held-out clips: {heldOut.Count}"),
            Steps = MetricLog.Read(Path.Combine(folder, MetricLog.FileName)),
            LossFirst = outcome.LossFirst,
            LossLast = outcome.LossLast,
            Duration = clock.Elapsed,
            Accuracy = new Monitoring.Report.AccuracyComparison
            {
                Before = before.Accuracy,
                After = after.Accuracy,
                WithoutFace = withoutFace.Accuracy,
                WithoutVoice = withoutVoice.Accuracy,
                WithoutWords = withoutWords.Accuracy,
            },
            Classification = after,
            Clips = [.. Enumerable.Range(0, ShownClips).Select(index => Card(data, heldOut[index].Name, index, answers))],
            DataReport = dataReport,
            Recipe = RecipeWriter.ToYaml(recipe),
            Machine = MachineLines(folder),
        });
        var summary = new QuickstartSummary
        {
            Seconds = clock.Elapsed.TotalSeconds,
            LossFirst = outcome.LossFirst,
            LossLast = outcome.LossLast,
            AccuracyBefore = before.Accuracy.Value,
            AccuracyAfter = after.Accuracy.Value,
            AccuracyWithoutFace = withoutFace.Accuracy.Value,
            AccuracyWithoutVoice = withoutVoice.Accuracy.Value,
            AccuracyWithoutWords = withoutWords.Accuracy.Value,
            Clips = options.Clips,
            HeldOutClips = heldOut.Count,
            Seed = options.Seed,
            Checkpoint = outcome.Checkpoint,
            Report = report,
        };
        AtomicFile.WriteText(Path.Combine(folder, SummaryName), JsonSerializer.Serialize(summary, Json) + "\n");
        return summary;
    }

    private void WriteWorld(string folder, CancellationToken cancellationToken)
    {
        observer.OnStage($"Making {options.Clips} clips to learn from and {options.HeldOut} held-out ones");
        using var encoders = TinyModel.Shipped.OpenEncoders();
        WorldWriter.Write(
            folder,
            options.Seed,
            [new WorldSplit("train", 0, options.Clips), new WorldSplit("held_out", options.Clips, options.HeldOut)],
            encoders,
            cancellationToken: cancellationToken);
    }

    private Recipe ReadRecipe(string folder, string data)
    {
        var recipe = RecipeReader.Read(Path.Combine(AppContext.BaseDirectory, "configs", "quickstart.yaml")).Recipe;
        var world = recipe.Datasets[DatasetName] with
        {
            BuildInfo = new BuildInfoRecipe
            {
                ImagePath = Path.Combine(data, WorldWriter.FrameFolder),
                AnnPath = Path.Combine(data, "world_train.txt"),
            },
        };
        return recipe with
        {
            Datasets = new Dictionary<string, DatasetRecipe> { [DatasetName] = world },
            Run = recipe.Run with { OutputDir = folder, Seed = options.Seed, MaxEpoch = options.Epochs },
        };
    }

    private static MerrDataset HeldOut(Recipe recipe, IReadOnlyList<string> withhold) => MerrDataset.Open(
        DatasetName,
        recipe.Datasets[DatasetName] with
        {
            AnnotationFile = "world_held_out.txt",
            EnableAugmentation = false,
            Withhold = withhold,
        },
        recipe.Model.ImageSize);

    private TrainingOutcome Train(
        TrainingSession session,
        SampleAnswerer shown,
        List<SampleAnswer> answers,
        CancellationToken cancellationToken)
    {
        observer.OnStage("Tuning: LoRA matrices and projections, everything else frozen");
        return TrainingWorkflow.Run(
            session,
            resume: null,
            observer,
            trainer => trainer.EpochEnded = step =>
            {
                foreach (var answer in shown.Answer(trainer.NextStep, step.Epoch, cancellationToken))
                {
                    answers.Add(answer);
                    observer.OnAnswer(answer);
                }
            },
            cancellationToken);
    }

    private ClassificationReport EvaluateWithout(
        string modality, AnswerGenerator generator, Recipe recipe, CancellationToken cancellationToken) =>
        Evaluate(generator, HeldOut(recipe, [modality]), $"without {modality}", cancellationToken);

    private ClassificationReport Evaluate(
        AnswerGenerator generator, MerrDataset clips, string name, CancellationToken cancellationToken)
    {
        var scores = ClipEvaluation.Score(
            ClipEvaluation.Predict(generator, clips, EvaluationBatch, _generation, cancellationToken));
        observer.OnAccuracy(name, scores.Accuracy.Value);
        return scores;
    }

    private Monitoring.Report.ReportClip Card(string data, string name, int index, IEnumerable<SampleAnswer> answers)
    {
        var clip = WorldClipFactory.Create(options.Seed, options.Clips + index);
        var said = answers.Where(answer => answer.Clip == name).ToList();
        return new Monitoring.Report.ReportClip
        {
            Name = name,
            Emotion = clip.Emotion,
            Picture = File.ReadAllBytes(Path.Combine(data, WorldWriter.FrameFolder, name + ".png")),
            Words = clip.Line.Text,
            Expected = said[0].Expected,
            Answers = said,
        };
    }

    private static (string Name, string Value)[] MachineLines(string folder)
    {
        var machine = MachineProbe.Inspect(libTorchFolder: null, folder);
        return
        [
            ("processor", $"{machine.Cpu.Model}, {machine.Cpu.Cores} cores"),
            ("system", machine.OperatingSystem),
            (".NET", machine.Dotnet),
            ("libtorch", machine.Engine?.LibTorchVersion ?? "unknown"),
            ("TorchSharp", machine.Engine?.TorchSharpVersion ?? "unknown"),
            ("EmotionLlama", typeof(EmotionLlamaModel).Assembly.GetName().Version?.ToString(3) ?? "unknown"),
        ];
    }
}
