using EmotionLlama.Models;

namespace EmotionLlama.Checkpoints.Inspection;

/// <summary>What a folder needs to be the recipe's <c>model.llama_model</c>.</summary>
internal static class LlamaFolder
{
    /// <summary>What a folder lacks, for people; empty where it is complete.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="content">Its tensors.</param>
    public static IReadOnlyList<string> WhatIsMissing(string path, WeightContent content)
    {
        if (!content.HasLlama)
            return ["a Llama: its embedding model.embed_tokens.weight is not there"];

        List<string> missing = [];
        if (!File.Exists(Path.Combine(path, "tokenizer.model")))
            missing.Add("tokenizer.model: Llama's SentencePiece vocabulary");

        try
        {
            missing.AddRange(content.MissingLlamaWeights(LlamaConfig.Read(Path.Combine(path, "config.json"))));
        }
        catch (InputException e)
        {
            missing.Add($"a config.json of a Llama: {e.Message}");
        }

        return missing;
    }
}
