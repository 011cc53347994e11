namespace EmotionLlama.Configuration;

/// <summary>A whole recipe: which model, which data, and how to run. Its YAML form is that of the original project;
/// every property is the key of the same name in snake case.</summary>
public sealed record Recipe
{
    /// <summary>The model to build and the weights to start from.</summary>
    public required ModelRecipe Model { get; init; }

    /// <summary>Training data by name, such as <c>feature_face_caption</c>.</summary>
    public IReadOnlyDictionary<string, DatasetRecipe> Datasets { get; init; } = new Dictionary<string, DatasetRecipe>();

    /// <summary>How frames and features are made of clips that have none on disk.</summary>
    public FeaturesRecipe Features { get; init; } = new();

    /// <summary>How to train.</summary>
    public RunRecipe Run { get; init; } = new();

    /// <summary>Test data by name.</summary>
    public IReadOnlyDictionary<string, EvaluationDatasetRecipe> EvaluationDatasets { get; init; } =
        new Dictionary<string, EvaluationDatasetRecipe>();

    /// <summary>The language model that scores descriptions.</summary>
    public JudgeRecipe Judge { get; init; } = new();

    /// <summary>How annotations are made of clips.</summary>
    public ConstructionRecipe Construction { get; init; } = new();
}
