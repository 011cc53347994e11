using System.CommandLine;
using EmotionLlama.Verification;
using EmotionLlama.Workflows;
using Spectre.Console;

namespace EmotionLlama.Cli.Verbs;

/// <summary><c>verify</c>: does this build compute what the PyTorch system computed.</summary>
internal static class VerifyVerb
{
    public static Command Create(GlobalOptions globals)
    {
        var folder = new Argument<string>("FOLDER")
        {
            Description = "A folder of reference numbers, written by the PyTorch system.",
        };
        var device = new Option<string>("--device")
        {
            Description = "Where to compute, in float32: cpu, cuda or cuda:N.",
            HelpName = "DEVICE",
            DefaultValueFactory = _ => "cpu",
        };
        var verb = new Command("verify", "Replays reference numbers; ends with 1 where one is not reproduced.")
        {
            folder, device,
        };
        verb.SetAction((parsed, stop) =>
        {
            var verifier = ReferenceVerifier.Open(parsed.GetRequiredValue(folder));
            globals.LoadLibTorch(parsed);
            var report = verifier.Run(
                device: ComputeDevice.Choose(parsed.GetRequiredValue(device)), cancellation: stop);
            if (parsed.GetValue(globals.Json))
                parsed.WriteJson(report);
            else
                Render(parsed.Console(), report);

            return Task.FromResult(report.Passed ? ExitCode.Success : ExitCode.Failed);
        });
        return verb;
    }

    private static void Render(IAnsiConsole console, VerificationReport report)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumns(
                new TableColumn("check").NoWrap(),
                new TableColumn("max error").RightAligned().NoWrap(),
                new TableColumn("tolerance").RightAligned().NoWrap(),
                new TableColumn(""));
        foreach (var check in report.Checks)
        {
            table.AddRow(
                new Text(check.Name),
                new Text(check.MaxError is { } error ? $"{error:G3}" : "-"),
                new Text($"{check.Tolerance:G3}"),
                check.Passed
                    ? new Text("passed", Color.Green)
                    : new Text($"failed: {check.Message}", Color.Red));
        }

        console.Write(table);
        var passed = report.Checks.Count(check => check.Passed);
        console.MarkupLineInterpolated(
            $"[{(report.Passed ? "green" : "red")}]{passed} of {report.Checks.Count} checks passed[/]");
        if (report.NotCovered.Count > 0)
            console.MarkupLineInterpolated($"[grey]not covered yet: {string.Join(", ", report.NotCovered)}[/]");
    }
}
