using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Models;
using EmotionLlama.Tokenization;
using EmotionLlama.Training;

namespace EmotionLlama.Workflows;

/// <summary>
/// What a recipe opens for training, cheap things first: its data and tokenizer, which find most mistakes, and only then
/// the model.
/// </summary>
public sealed class TrainingSession : IDisposable
{
    private readonly RecipeModel _model;
    private readonly RawClips? _raw;
    private IReadOnlyList<DataReport>? _reports;

    private TrainingSession(Recipe recipe)
    {
        Recipe = recipe;
        _raw = RawClips.Of(recipe);
        Datasets = [.. recipe.Datasets.Select(entry => Open(entry.Key, entry.Value))];
        HeldOut =
        [
            .. from entry in recipe.Datasets
               where entry.Value.ValidationFile is not null
               select Open(
                   $"{entry.Key}, held-out",
                   entry.Value with { AnnotationFile = entry.Value.ValidationFile, EnableAugmentation = false }),
        ];
        _model = new RecipeModel(recipe);

        MerrDataset Open(string name, DatasetRecipe data) =>
            MerrDataset.Open(name, data, recipe.Model.ImageSize, _raw);
    }

    /// <summary>The recipe.</summary>
    public Recipe Recipe { get; }

    /// <summary>The data sets, in the order of the recipe.</summary>
    public IReadOnlyList<MerrDataset> Datasets { get; }

    /// <summary>The held-out clips of the data sets that have some.</summary>
    public IReadOnlyList<MerrDataset> HeldOut { get; }

    /// <summary>Llama's tokenizer.</summary>
    public LlamaTextTokenizer Tokenizer => _model.Tokenizer;

    /// <summary>Opens data and tokenizer. For recipes of people, <see cref="RecipeFiles"/> has looked for the files
    /// before and named the keys of missing ones.</summary>
    /// <exception cref="InputException">A file is missing or faulty.</exception>
    public static TrainingSession Open(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return new TrainingSession(recipe);
    }

    /// <summary>Opens the test data of the recipe that is laid out as one of <see cref="Datasets"/>, one after another as
    /// they are asked for.</summary>
    /// <exception cref="InputException">A file is missing or faulty.</exception>
    public IEnumerable<MerrDataset> OpenEvaluation() =>
        from entry in Recipe.EvaluationDatasets
        where Recipe.Datasets.ContainsKey(entry.Key)
        select MerrDataset.OpenEvaluation(
            entry.Key, entry.Value, Recipe.Datasets[entry.Key], Recipe.Model.ImageSize, _raw);

    /// <summary>Goes through the data and reports what is in it, first of <see cref="Datasets"/>, then of
    /// <see cref="HeldOut"/>; later calls return the same.</summary>
    public IReadOnlyList<DataReport> ReportData(CancellationToken cancellationToken = default) => _reports ??=
    [
        .. Datasets.Concat(HeldOut).Select(dataset => DataReportBuilder.Build(
            dataset,
            Tokenizer.CountTokens,
            new DataReportOptions
            {
                MaxAnswerTokens = Recipe.Model.MaxTxtLen,
                EndSymbol = Recipe.Model.EndSym,
            },
            cancellationToken)),
    ];

    /// <summary>Refuses data that a run would stop at.</summary>
    /// <exception cref="InputException">A clip cannot be read and the recipe does not skip it, or none can; or the
    /// held-out clips cannot show what the recipe wants to know.</exception>
    public void EnsureReadable(CancellationToken cancellationToken = default)
    {
        EvaluationReadiness.Check(Recipe, HeldOut);
        _raw?.Check(ReportData(cancellationToken));
        DataReadiness.Check(ReportData(cancellationToken), Recipe.Run.OnBadSample);
    }

    /// <summary>The steps of a run.</summary>
    public TrainingPlan Plan() =>
        new(Recipe.Run, RecipeTrainingData.Order(Datasets, Recipe.Run).BatchesPerPass);

    /// <summary>The clips of the first data set that can be read, to show answers about.</summary>
    internal ReadableClips ShownClips(CancellationToken cancellationToken) =>
        new(Datasets[0], ReportData(cancellationToken)[0]);

    /// <summary>The held-out clips that can be read, by data set.</summary>
    internal IReadOnlyList<ReadableClips> ReadableHeldOut(CancellationToken cancellationToken) =>
    [
        .. HeldOut.Zip(ReportData(cancellationToken).Skip(Datasets.Count), (dataset, report) =>
            new ReadableClips(dataset, report)),
    ];

    /// <summary>Builds the model; later calls return the same.</summary>
    /// <param name="report">Hears what was loaded.</param>
    /// <exception cref="InputException">A file does not suit, or there is no such device.</exception>
    public EmotionLlamaModel BuildModel(Action<string>? report = null) => _model.Build(report);

    /// <summary>The prompt builder of the model.</summary>
    public PromptBuilder Prompts(EmotionLlamaModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return _model.Prompts(model);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _model.Dispose();
        _raw?.Dispose();
    }
}
