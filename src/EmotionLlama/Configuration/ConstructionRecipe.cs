using System.ComponentModel.DataAnnotations;
using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Configuration;

/// <summary>The <c>construction</c> section of a recipe: how annotations are made of clips.</summary>
public sealed record ConstructionRecipe
{
    /// <summary>The model that describes the peak frame; without a name there are no such clues.</summary>
    public EndpointRecipe Vision { get; init; } = new();

    /// <summary>The model that describes the voice; without a name there are no such clues.</summary>
    public EndpointRecipe Audio { get; init; } = new();

    /// <summary>The model that merges all clues; without a name the vision model does.</summary>
    public EndpointRecipe Text { get; init; } = new();

    /// <summary>The intensity from which an action unit counts.</summary>
    [Range(0.0, 5.0)]
    public double MinIntensity { get; init; } = 1;

    /// <summary>How strongly a combination of action units must speak for an emotion to label the clip, from 0 to
    /// 1.</summary>
    [Range(0.0, 1.0)]
    public double MinLabelScore { get; init; } = 0.2;

    /// <summary>How much more strongly than for the next emotion.</summary>
    [Range(0.0, 1.0)]
    public double LabelMargin { get; init; } = 0.02;

    /// <summary>The labels to have; clips of others are left out.</summary>
    public LabelScheme Labels { get; init; } = LabelScheme.Merr;

    /// <summary>Whether a face without expressive action units is labelled neutral; otherwise it is left out.</summary>
    public bool Neutral { get; init; } = true;

    /// <summary>Fewest words of a caption.</summary>
    [Range(1, int.MaxValue)]
    public int MinWords { get; init; } = 10;

    /// <summary>Most words of a caption.</summary>
    [Range(1, int.MaxValue)]
    public int MaxWords { get; init; } = 200;

    /// <summary>The share of common word triples (Jaccard) from which two captions are duplicates; 1 is only for the
    /// same words.</summary>
    [Range(0.1, 1.0)]
    public double DuplicateSimilarity { get; init; } = 0.8;

    /// <summary>The longer side of the picture that the vision model gets, at most.</summary>
    [Range(64, 8192)]
    public int MaxImageSide { get; init; } = 1024;

    /// <summary>Seconds of sound that the audio model gets, at most, from the beginning.</summary>
    [Range(1, 3600)]
    public int MaxAudioSeconds { get; init; } = 60;

    /// <summary>The folder of answers already paid for; null keeps them beside the annotations.</summary>
    [RecipePath(PathKind.Output)]
    public string? Cache { get; init; }
}
