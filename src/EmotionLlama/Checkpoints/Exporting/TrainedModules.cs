namespace EmotionLlama.Checkpoints.Exporting;

/// <summary>What trained weights other than LoRA matrices are, for people.</summary>
internal static class TrainedModules
{
    private const int Shown = 8;

    /// <summary>The modules that tensors belong to, such as <c>llama_proj, feats_llama_proj1</c>.</summary>
    public static string Describe(IEnumerable<string> tensors)
    {
        var modules = tensors.Select(name => name[..Math.Max(name.LastIndexOf('.'), 0)]).Distinct().ToList();
        return string.Join(", ", modules.Take(Shown).Select(module => module.Printable()))
            + (modules.Count > Shown ? $" and {modules.Count - Shown} more" : "");
    }
}
