using EmotionLlama.Monitoring;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace EmotionLlama.Cli.Rendering;

/// <summary>The figures of a training run at a glance.</summary>
internal static class TrainingPanel
{
    private const int BarWidth = 40;

    /// <param name="latest">The latest step.</param>
    /// <param name="progress">Where the run is.</param>
    /// <param name="losses">The latest losses.</param>
    /// <param name="heldOut">The latest evaluation; null before there is one.</param>
    /// <param name="best">The best evaluation; null before there is one.</param>
    public static IRenderable Create(
        StepMetrics latest,
        ProgressEstimator progress,
        IReadOnlyList<double> losses,
        ValidationMetrics? heldOut = null,
        BestMetric? best = null)
    {
        var left = progress.Remaining is { } time ? Quantities.Duration(time) : "?";
        var gradient = latest.GradientNorm is { } norm ? $"   gradient {norm:g3}" : "";
        var scale = latest.LossScale is { } factor ? $"   loss scale {factor:g}" : "";
        var rows = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(3)).AddColumn(new GridColumn().NoWrap());
        Add("", $"{Bar(progress.Fraction)} {progress.Fraction,4:p0}");
        Add("step", $"{latest.Step} of {progress.TotalSteps}   epoch {latest.Epoch}");
        Add("loss", $"{latest.Loss:f4}   {Sparkline.Draw(losses)}");
        if (heldOut is not null)
            Add("held-out", $"{heldOut.Loss:f4}{Quantities.Scores(heldOut)}");
        if (best is not null)
            Add("best", best.ToText());

        Add("rate", $"{Quantities.Rate(latest.LearningRate)}{gradient}{scale}");
        Add("speed", $"{Quantities.Speed(latest)}   {Quantities.Memory(latest)}");
        Add("time", $"{Quantities.Duration(progress.Elapsed)}   {left} left");
        return new Panel(rows).Header("[bold]training[/]").RoundedBorder().BorderColor(Color.Grey);

        void Add(string name, string value) => rows.AddRow(new Markup($"[grey]{name}[/]"), new Text(value));
    }

    private static string Bar(double fraction)
    {
        var done = (int)(fraction * BarWidth);
        return new string('━', done) + new string('╌', BarWidth - done);
    }
}
