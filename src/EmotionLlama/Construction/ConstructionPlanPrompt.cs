using EmotionLlama.Configuration;

namespace EmotionLlama.Construction;

/// <summary>The prompts of one clip before anybody was asked.</summary>
/// <param name="Face">What its face says.</param>
/// <param name="Sentence">What is said.</param>
internal sealed record ConstructionPlanPrompt(FaceEvidence Face, string? Sentence)
{
    /// <summary>One prompt of each kind.</summary>
    public Dictionary<string, string> All(ConstructionRecipe recipe, bool sees, bool hears)
    {
        var prompts = new Dictionary<string, string>();
        if (sees)
            prompts["vision"] = ConstructionPrompts.Vision;
        if (hears)
            prompts["audio"] = ConstructionPrompts.Audio;

        prompts["text"] = ConstructionQuestions.Synthesis(
            Face,
            sees ? "[what the vision model answers]" : null,
            hears ? "[what the audio model answers]" : null,
            Sentence,
            recipe.Labels).Text;
        return prompts;
    }
}
