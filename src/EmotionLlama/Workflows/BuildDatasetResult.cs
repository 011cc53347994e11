using EmotionLlama.Construction;
using EmotionLlama.Endpoints;

namespace EmotionLlama.Workflows;

/// <summary>A data set that was built.</summary>
/// <param name="Report">What became of the clips.</param>
/// <param name="Folder">Where it is.</param>
/// <param name="Usage">What this run asked, by stage.</param>
public sealed record BuildDatasetResult(
    ConstructionReport Report, string Folder, IReadOnlyDictionary<Stage, EndpointUsage> Usage);
