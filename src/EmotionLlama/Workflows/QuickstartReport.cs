using System.Globalization;
using EmotionLlama.Configuration;
using EmotionLlama.Evaluation;
using EmotionLlama.Models;
using EmotionLlama.Monitoring;
using EmotionLlama.Reporting;
using EmotionLlama.Runtime;
using EmotionLlama.World;

namespace EmotionLlama.Workflows;

/// <summary>What the quickstart measured, as the HTML report shows it.</summary>
internal sealed record QuickstartReport
{
    /// <summary>What was chosen.</summary>
    public required QuickstartOptions Options { get; init; }

    /// <summary>The output folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The folder of the clips.</summary>
    public required string Data { get; init; }

    /// <summary>The recipe that was run.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>What is in the data.</summary>
    public required string DataReport { get; init; }

    /// <summary>How the training ended.</summary>
    public required TrainingOutcome Outcome { get; init; }

    /// <summary>The answers about the shown clips, from before training on.</summary>
    public required IReadOnlyList<SampleAnswer> Answers { get; init; }

    /// <summary>Scores on held-out clips before training.</summary>
    public required ClassificationReport Before { get; init; }

    /// <summary>Scores on held-out clips after training.</summary>
    public required ClassificationReport After { get; init; }

    /// <summary>The same answers beside those with face, voice and words withheld.</summary>
    public required ModalityReport Modalities { get; init; }

    /// <summary>Writes the report.</summary>
    /// <param name="path">The HTML file.</param>
    /// <param name="duration">How long the quickstart took.</param>
    public void Write(string path, TimeSpan duration) => HtmlReport.Write(path, new ReportModel
    {
        Title = "Emotion-LLaMA, tuned on the small world",
        Subtitle = string.Create(
            CultureInfo.InvariantCulture,
            $"stage 2 on {Options.Clips} synthetic clips, seed {Options.Seed}; held-out clips: {Options.HeldOut}"),
        Steps = MetricLog.Read(Path.Combine(Folder, MetricLog.FileName)),
        Validation = ValidationLog.Read(Path.Combine(Folder, ValidationLog.FileName)),
        Best = Outcome.Best,
        Diagnosis = Outcome.Diagnosis,
        LossFirst = Outcome.LossFirst,
        LossLast = Outcome.LossLast,
        Duration = duration,
        Accuracy = new AccuracyComparison
        {
            Before = Before.Accuracy,
            After = After.Accuracy,
            WithoutFace = Modalities.Overall.Without[0].Accuracy,
            WithoutVoice = Modalities.Overall.Without[1].Accuracy,
            WithoutWords = Modalities.Overall.Without[2].Accuracy,
        },
        Classification = After,
        Modalities = Modalities,
        Clips = [.. Answers.GroupBy(answer => answer.Clip).Select((said, place) => Card(place, [.. said]))],
        DataReport = DataReport,
        Recipe = RecipeWriter.ToYaml(Recipe),
        Machine = MachineLines(),
    });

    /// <summary>A held-out clip with its answers; held-out clips follow the training clips in the small world.</summary>
    private ReportClip Card(int place, IReadOnlyList<SampleAnswer> said)
    {
        var clip = WorldClipFactory.Create(Options.Seed, Options.Clips + place);
        return new ReportClip
        {
            Name = clip.Name,
            Emotion = clip.Emotion,
            Picture = File.ReadAllBytes(Path.Combine(Data, WorldWriter.FrameFolder, clip.Name + ".png")),
            Words = clip.Line.Text,
            Expected = said[0].Expected,
            Answers = said,
        };
    }

    private (string Name, string Value)[] MachineLines()
    {
        var machine = MachineProbe.Inspect(libTorchFolder: null, Folder);
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
