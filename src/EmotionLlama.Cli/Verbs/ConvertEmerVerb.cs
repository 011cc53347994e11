using System.CommandLine;
using EmotionLlama.Datasets;

namespace EmotionLlama.Cli.Verbs;

/// <summary><c>convert-emer</c>: EMER's rows as MERR files that recipes can read.</summary>
internal static class ConvertEmerVerb
{
    public static Command Create(GlobalOptions globals)
    {
        var csv = new Argument<string>("csv") { Description = "EMER v1: a CSV with the columns names,emotions,subtitles,reasons." };
        var folder = new Argument<string>("folder") { Description = "Where the MERR files go." };
        var heldOut = new Option<int>("--held-out")
        {
            Description = "The last rows that go into an annotation file of their own, held_out.txt.",
            DefaultValueFactory = _ => 0,
        };
        var verb = new Command("convert-emer", "Turns EMER's rows into MERR files.") { csv, folder, heldOut };
        verb.SetAction(parsed =>
        {
            var conversion = EmerConverter.Convert(
                parsed.GetRequiredValue(csv), parsed.GetRequiredValue(folder), parsed.GetValue(heldOut));
            if (parsed.GetValue(globals.Json))
                parsed.WriteJson(conversion);
            else
                Render(parsed.InvocationConfiguration.Output, conversion);

            return ExitCode.Success;
        });
        return verb;
    }

    private static void Render(TextWriter output, EmerConversion conversion)
    {
        output.WriteLine($"{conversion.TrainingClips} rows to learn from: {conversion.TrainingFile}");
        if (conversion.HeldOutFile is { } heldOut)
            output.WriteLine($"{conversion.HeldOutClips} held-out rows: {heldOut}");

        output.WriteLine("labels: " + string.Join(", ", conversion.Labels.Select(label => $"{label.Key} {label.Value}")));
        if (conversion.WithoutSubtitle.Count > 0)
            output.WriteLine($"without a subtitle ({conversion.WithoutSubtitle.Count}): {string.Join(", ", conversion.WithoutSubtitle)}");

        if (conversion.Unmapped.Count > 0)
            output.WriteLine($"emotion taken as neutral ({conversion.Unmapped.Count}): {string.Join(", ", conversion.Unmapped)}");
    }
}
