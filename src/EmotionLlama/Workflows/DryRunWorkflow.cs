using EmotionLlama.Checkpoints;
using EmotionLlama.Datasets;
using EmotionLlama.Models;
using EmotionLlama.Tokenization;
using EmotionLlama.Training;
using static TorchSharp.torch;

namespace EmotionLlama.Workflows;

/// <summary>Checks a recipe to the end without training: reads the headers of all weights and all data, shows the first
/// prompts, estimates memory. Reads no weight.</summary>
public static class DryRunWorkflow
{
    private const int ShownPrompts = 3;

    /// <summary>Checks a recipe. Clips that cannot be read are left to the report, and to
    /// <see cref="TrainingSession.EnsureReadable"/>.</summary>
    /// <exception cref="InputException">Something in the recipe or its files is wrong.</exception>
    public static DryRunReport Run(TrainingSession session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        var recipe = session.Recipe;
        var device = ComputeDevice.Choose(recipe.Run.Device);
        var llama = LlamaConfig.Read(Path.Combine(recipe.Model.LlamaModel, "config.json"));
        using var checkpoint = ModelFactory.OpenCheckpoint(recipe.Model);
        using var folder = new HuggingFaceFolder(recipe.Model.LlamaModel);
        using var vision = WeightSources.Open(recipe.Model.VitModelFile);
        var sizes = VisionSizes.Of(new WeightReader(vision, CPU, ScalarType.Float32), recipe.Model.ImageSize);

        var data = session.ReportData(cancellationToken);
        var prompts = new PromptBuilder(
            session.Tokenizer, PromptSettings.FromRecipe(recipe.Model, sizes.ImageTokens));
        var difficulties = CurriculumDifficulties.OfCaptions(session);
        var previews = Preview(session, data, prompts, difficulties);
        var frozen = CountWeights(folder) + CountWeights(vision);
        var trained = TrainedWeightCount.Of(llama, sizes.Channels, recipe.Model);
        var batch = session.Datasets.Max(dataset => dataset.Recipe.BatchSize);
        var longest = previews.Select(preview => preview.Tokens).DefaultIfEmpty().Max();
        var answer = previews.Select(LearnedTokens).DefaultIfEmpty().Max();
        var plan = session.Plan();
        return new DryRunReport
        {
            Data = data,
            Prompts = previews,
            Curricula = CurriculumReports.Make(session, difficulties),
            Epochs = plan.Epochs,
            Steps = plan.Steps,
            FrozenWeights = frozen,
            TrainedWeights = trained,
            Memory = MemoryEstimate.Of(
                llama,
                frozen,
                trained,
                (long)batch * longest,
                (long)batch * answer,
                BytesOf(ComputeDevice.Precision(recipe.Run.Amp, device)),
                recipe.Model,
                device.type == TorchSharp.DeviceType.CUDA),
            VisionCache = VisionCaching.Measure(
                recipe, session.Datasets.Concat(session.HeldOut), cancellationToken),
        };
    }

    private static List<PromptPreview> Preview(
        TrainingSession session,
        IReadOnlyList<DataReport> data,
        PromptBuilder prompts,
        IReadOnlyList<IReadOnlyList<double>?> difficulties)
    {
        var unreadable = session.Datasets.Zip(data, (_, report) => report.UnreadableClips.ToHashSet()).ToList();
        var order = RecipeTrainingData.Order(session.Datasets, session.Recipe.Run, difficulties);
        var references = Enumerable.Range(0, order.BatchesPerPass).SelectMany(batch => order[batch])
            .Where(reference => !unreadable[reference.Dataset]
                .Contains(session.Datasets[reference.Dataset][reference.Index].Name))
            .Take(ShownPrompts);
        return [.. references.Select(reference =>
        {
            var dataset = session.Datasets[reference.Dataset];
            using var clip = dataset.Read(reference.Index, reference.DrawSeed, SampleUse.Training);
            var tokens = prompts.ForTraining(clip.Instruction, clip.Answer);
            return new PromptPreview(
                clip.Name, clip.Task, tokens.Length, tokens.Truncated, PromptSegment.Of(session.Tokenizer, tokens));
        })];
    }

    private static int LearnedTokens(PromptPreview preview) =>
        preview.Segments.Where(segment => segment.Kind == PromptSegmentKind.Learned).Sum(segment => segment.Tokens);

    private static long CountWeights(IWeightSource source) =>
        source.Names.Sum(name => source.ShapeOf(name)!.Aggregate(1L, (product, size) => product * size));

    private static int BytesOf(ScalarType dtype) => dtype == ScalarType.Float32 ? 4 : 2;
}
