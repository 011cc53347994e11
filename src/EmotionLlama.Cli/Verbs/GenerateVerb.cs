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
        var options = new Options();
        var verb = new Command("generate", "Answers about one clip.");
        options.AddTo(verb);
        verb.SetAction(async (parsed, stop) =>
        {
            var settings = options.Sampling.Read(parsed);
            options.CheckSource(parsed);
            var loaded = RecipeReader.Read(
                parsed.GetRequiredValue(options.Recipe),
                RecipeOptions.WithCheckpoint(parsed, options.Overrides, options.Checkpoint));
            var instruction = parsed.GetValue(options.Instruction);
            if (parsed.GetValue(options.Clip) is { } name)
            {
                RecipeFiles.CheckTraining(loaded);
                globals.LoadLibTorch(parsed);
                using var session = TrainingSession.Open(loaded.Recipe);
                using var sample = ClipFinder.Read(session, name, instruction);
                var model = session.LoadModel(Told(globals, parsed), stop);
                model.Llama.MergeLora();
                var generator = new AnswerGenerator(model, session.Prompts(model));
                await Answer(globals, parsed, generator, sample, sample.Emotion, settings, stop);
            }
            else
            {
                RecipeFiles.CheckModel(loaded);
                RecipeFiles.CheckFeatures(loaded);
                globals.LoadLibTorch(parsed);
                using var session = VideoSession.Open(loaded.Recipe, parsed.GetValue(options.Withhold) ?? []);
                using var sample = session.Read(
                    parsed.GetValue(options.Video)!, parsed.GetValue(options.Transcript), instruction, stop);
                var model = session.LoadModel(Told(globals, parsed), stop);
                model.Llama.MergeLora();
                var generator = new AnswerGenerator(model, session.Prompts(model));
                await Answer(globals, parsed, generator, sample, label: null, settings, stop);
            }

            return ExitCode.Success;
        });
        return verb;
    }

    /// <summary>What was loaded goes beside the answer, which may be piped on.</summary>
    private static Action<ModelLoadReport>? Told(GlobalOptions globals, ParseResult parsed) =>
        parsed.GetValue(globals.Json)
            ? null
            : report =>
            {
                foreach (var line in report.ToLines())
                    parsed.InvocationConfiguration.Error.WriteLine($"note: {line}");
            };

    private static async Task Answer(
        GlobalOptions globals,
        ParseResult parsed,
        AnswerGenerator generator,
        ClipSample sample,
        Emotion? label,
        GenerationSettings settings,
        CancellationToken stop)
    {
        if (parsed.GetValue(globals.Json))
        {
            var answer = generator.Answer([sample], settings, stop)[0];
            parsed.WriteJson(new
            {
                Clip = sample.Name,
                Label = label?.ToText(),
                sample.Instruction,
                Answer = answer.Text,
                Predicted = EmotionLabelParser.Parse(answer.Text)?.ToText(),
                Tokens = answer.TokenIds.Count,
            });
            return;
        }

        var output = parsed.InvocationConfiguration.Output;
        await foreach (var piece in generator.StreamAsync(sample, settings, stop))
        {
            await output.WriteAsync(piece);
            await output.FlushAsync(stop);
        }

        await output.WriteLineAsync();
    }

    private sealed class Options
    {
        public Option<string> Recipe { get; } = RecipeOptions.Recipe();

        public Option<string[]> Overrides { get; } = RecipeOptions.Overrides();

        public Option<string?> Checkpoint { get; } = RecipeOptions.Checkpoint();

        public Option<string?> Clip { get; } = new("--clip")
        {
            Description = "The clip's name in the annotations of the recipe's data.",
            HelpName = "NAME",
        };

        public Option<string?> Video { get; } = new("--video")
        {
            Description = "A clip's file, in place of --clip: frame and features are made of it by the encoders of the "
                + "recipe's features section.",
            HelpName = "FILE",
        };

        public Option<string?> Transcript { get; } = new("--transcript")
        {
            Description = "What the person in --video says. [default: nothing]",
            HelpName = "TEXT",
        };

        public Option<string[]> Withhold { get; } = new("--withhold")
        {
            Description = $"What of --video is kept from the model: {string.Join(", ", ModalityNames.All)}.",
            HelpName = "MODALITY",
            AllowMultipleArgumentsPerToken = true,
        };

        public Option<string?> Instruction { get; } = new("--instruction")
        {
            Description = "The question, in place of one of the task's.",
            HelpName = "TEXT",
        };

        public SamplingOptions Sampling { get; } = new();

        public void AddTo(Command verb)
        {
            foreach (var option in (Option[])
                [Recipe, Overrides, Checkpoint, Clip, Video, Transcript, Withhold, Instruction])
            {
                verb.Add(option);
            }

            Sampling.AddTo(verb);
        }

        /// <summary>Refuses anything but one clip.</summary>
        public void CheckSource(ParseResult parsed)
        {
            if ((parsed.GetValue(Clip) is null) == (parsed.GetValue(Video) is null))
                throw new InputException("generate: name one clip, by --clip NAME or --video FILE");

            var needless = parsed.GetResult(Transcript) ?? parsed.GetResult(Withhold);
            if (parsed.GetValue(Video) is null && needless is not null)
            {
                throw new InputException(
                    "--transcript and --withhold: are for --video; the recipe says both of its clips");
            }
        }
    }
}
