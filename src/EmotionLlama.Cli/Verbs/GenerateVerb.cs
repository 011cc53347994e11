using System.CommandLine;
using EmotionLlama.Checkpoints;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;
using EmotionLlama.Generation;
using EmotionLlama.Workflows;

namespace EmotionLlama.Cli.Verbs;

/// <summary><c>generate</c>: what the model says about one clip.</summary>
internal static class GenerateVerb
{
    public static Command Create(GlobalOptions globals)
    {
        var recipe = RecipeOptions.Recipe();
        var options = RecipeOptions.Overrides();
        var checkpoint = RecipeOptions.Checkpoint();
        var clip = new Option<string>("--clip")
        {
            Description = "The clip's name in the annotations of the recipe's data.",
            HelpName = "NAME",
            Required = true,
        };
        var instruction = new Option<string?>("--instruction")
        {
            Description = "The question, in place of one of the task's.",
            HelpName = "TEXT",
        };
        var sampling = new SamplingOptions();
        var verb = new Command("generate", "Answers about one clip.") { recipe, options, checkpoint, clip, instruction };
        sampling.AddTo(verb);
        verb.SetAction(async (parsed, stop) =>
        {
            var settings = sampling.Read(parsed);
            var loaded = RecipeReader.Read(
                parsed.GetRequiredValue(recipe), RecipeOptions.WithCheckpoint(parsed, options, checkpoint));
            RecipeFiles.CheckTraining(loaded);
            globals.LoadLibTorch(parsed);
            using var session = TrainingSession.Open(loaded.Recipe);
            using var sample = ClipFinder.Read(
                session, parsed.GetRequiredValue(clip), parsed.GetValue(instruction));
            var asJson = parsed.GetValue(globals.Json);
            var model = session.LoadModel(asJson ? null : report => Tell(parsed, report), stop);
            var generator = new AnswerGenerator(model, session.Prompts(model));
            if (asJson)
            {
                var answer = generator.Answer([sample], settings, stop)[0];
                parsed.WriteJson(new
                {
                    Clip = sample.Name,
                    Label = sample.Emotion.ToText(),
                    sample.Instruction,
                    Answer = answer.Text,
                    Predicted = EmotionLabelParser.Parse(answer.Text)?.ToText(),
                    Tokens = answer.TokenIds.Count,
                });
                return ExitCode.Success;
            }

            var output = parsed.InvocationConfiguration.Output;
            await foreach (var piece in generator.StreamAsync(sample, settings, stop))
            {
                await output.WriteAsync(piece);
                await output.FlushAsync(stop);
            }

            await output.WriteLineAsync();
            return ExitCode.Success;
        });
        return verb;
    }

    /// <summary>What was loaded goes beside the answer, which may be piped on.</summary>
    private static void Tell(ParseResult parsed, ModelLoadReport report)
    {
        foreach (var line in report.ToLines())
            parsed.InvocationConfiguration.Error.WriteLine($"note: {line}");
    }
}
