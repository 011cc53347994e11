using EmotionLlama.Endpoints;

namespace EmotionLlama.Construction;

/// <summary>What the models are asked. The steps are those of the Emotion-LLaMA paper's data engine: the scene and the
/// gestures at the peak, the tone of the voice, then all clues together. The wording is ours. The pseudo-label is in
/// none of them, so that a model's own conclusion can speak against it.</summary>
internal static class ConstructionPrompts
{
    /// <summary>About the peak frame.</summary>
    public static string Vision { get; } = Read("vision").Fill();

    /// <summary>About the sound.</summary>
    public static string Audio { get; } = Read("audio").Fill();

    /// <summary>About all clues.</summary>
    public static PromptTemplate Synthesis { get; } = Read("synthesis", "face", "vision", "audio", "text", "labels");

    /// <summary>Asks again after an answer that cannot be used.</summary>
    public static PromptTemplate Reminder { get; } = new(
        "reminder", "That answer cannot be used: {problem}. Answer again, exactly as it was asked for.", "problem");

    private static PromptTemplate Read(string name, params string[] places)
    {
        var resource = $"ConstructionPrompts/{name}.txt";
        using var stream = typeof(ConstructionPrompts).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"the assembly has no {resource}");
        using var reader = new StreamReader(stream);
        return new PromptTemplate(resource, reader.ReadToEnd(), places);
    }
}
