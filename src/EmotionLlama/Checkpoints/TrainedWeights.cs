using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>Loads the trained weights of a model, LoRA matrices and projections, from a checkpoint.</summary>
public static class TrainedWeights
{
    /// <summary>Takes every trained weight that the checkpoint has; names of old and new peft versions both fit.</summary>
    /// <param name="model">The model whose weights change.</param>
    /// <param name="checkpoint">Stage 1, the demo model, MiniGPT-v2 or one of ours.</param>
    /// <param name="transfers">Brings the values in the background; null brings them at once.</param>
    /// <exception cref="InputException">A shape differs, or nothing was taken; no weight has changed then.</exception>
    public static LoadReport Load(
        EmotionLlamaModel model, IWeightSource checkpoint, WeightTransfers? transfers = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(checkpoint);
        var source = PeftNames.Normalize(checkpoint);
        var parameters = model.TrainableParameters;
        var taken = parameters.Where(parameter => source.ShapeOf(parameter.Name) is not null).ToList();
        CheckShapes(source, taken);
        if (taken.Count == 0)
        {
            throw new InputException($"{checkpoint.Location}: holds none of the {parameters.Count} trained weights; "
                + "is this an Emotion-LLaMA or MiniGPT-v2 checkpoint?");
        }

        using var _ = no_grad();
        foreach (var parameter in taken)
        {
            if (transfers is not null && source.Locate(parameter.Name) is { } values)
            {
                transfers.Fill(values, parameter.Value);
                continue;
            }

            using var stored = source.Read(parameter.Name);
            parameter.Value.copy_(stored);
        }

        var names = parameters.Select(parameter => parameter.Name).ToHashSet();
        var known = taken.Select(parameter => parameter.Name).ToHashSet();
        return new LoadReport(
            LoadedPart.TrainedWeights, checkpoint.Location, [.. taken.Select(parameter => parameter.Name)])
        {
            Missing = [.. names.Where(name => !known.Contains(name))],
            Unexpected = [.. source.Names.Where(name => !names.Contains(name))],
        };
    }

    private static void CheckShapes(IWeightSource source, IEnumerable<NamedTensor> parameters)
    {
        foreach (var (name, value) in parameters)
        {
            var stored = source.ShapeOf(name)!;
            if (stored.SequenceEqual(value.shape))
                continue;

            throw new InputException($"{source.Location}: '{name}' has the shape [{string.Join(", ", stored)}], the "
                + $"model's is [{string.Join(", ", value.shape)}]; {Advice(name, stored, value.shape)}");
        }
    }

    private static string Advice(string name, IReadOnlyList<long> stored, long[] model)
    {
        // The rank is the first size of LoRA's A and the second of its B; the other is the Llama's.
        var isA = name.EndsWith(PeftNames.ASuffix, StringComparison.Ordinal);
        var isB = name.EndsWith(PeftNames.BSuffix, StringComparison.Ordinal);
        if ((isA || isB) && stored.Count == 2 && stored[isA ? 1 : 0] == model[isA ? 1 : 0])
            return $"set model.lora_r: {stored[isA ? 0 : 1]}, and model.lora_alpha to that of its run";

        return "it was trained with another Llama (model.llama_model) or vision tower (model.vit_model)";
    }
}
