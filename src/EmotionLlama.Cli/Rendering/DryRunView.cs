using EmotionLlama.Runtime;
using EmotionLlama.Tokenization;
using EmotionLlama.Workflows;
using Spectre.Console;

namespace EmotionLlama.Cli.Rendering;

/// <summary>Shows what a run would do.</summary>
internal static class DryRunView
{
    public static void Render(IAnsiConsole console, DryRunReport report)
    {
        foreach (var data in report.Data)
            console.WriteLine(data.ToText());

        console.MarkupLine("\n[bold]The first prompts[/], what is learned in [green]green[/], what is inserted in [blue]blue[/]");
        foreach (var prompt in report.Prompts)
        {
            console.MarkupLineInterpolated(
                $"\n[grey]{prompt.Clip}, {prompt.Task}, {prompt.Tokens} tokens{(prompt.Truncated ? ", answer cut" : "")}[/]");
            console.MarkupLine(string.Concat(prompt.Segments.Select(Colored)));
        }

        foreach (var curriculum in report.Curricula)
            console.WriteLine($"\n{curriculum.ToText()}");

        console.MarkupLineInterpolated($"\n[bold]The run[/]: {report.Epochs} epochs, {report.Steps} optimizer steps");
        console.WriteLine(
            $"weights: {report.TrainedWeights:n0} trained, {report.FrozenWeights:n0} frozen");
        console.WriteLine(
            $"memory, about: {ByteSize.Format(report.Memory.TotalBytes)} "
            + $"(frozen {ByteSize.Format(report.Memory.FrozenBytes)}, trained {ByteSize.Format(report.Memory.TrainedBytes)}, "
            + $"activations {ByteSize.Format(report.Memory.ActivationBytes)}"
            + (report.Memory.DeviceBytes > 0 ? $", CUDA itself {ByteSize.Format(report.Memory.DeviceBytes)})" : ")"));
        if (report.VisionCache is { } cache)
        {
            console.WriteLine(
                $"vision cache: {cache.Pictures} pictures, {ByteSize.Format(cache.Bytes)}, of which "
                + $"{ByteSize.Format(cache.MissingBytes)} are still to be made, in {cache.Folder}");
        }
    }

    private static string Colored(PromptSegment segment) => segment.Kind switch
    {
        PromptSegmentKind.Inserted => $"[blue] ⟨{Markup.Escape(segment.Text)}⟩ [/]",
        PromptSegmentKind.Learned => $" [green]{Markup.Escape(segment.Text)}[/]",
        _ => Markup.Escape(segment.Text),
    };
}
