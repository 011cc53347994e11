using EmotionLlama.Models;

namespace EmotionLlama.Checkpoints.Exporting;

/// <summary>The Llama that LoRA matrices belong to.</summary>
internal sealed class BaseLlama : IDisposable
{
    private BaseLlama(string folder) => (Folder, Weights) = (folder, new HuggingFaceFolder(folder));

    /// <summary>Its folder.</summary>
    public string Folder { get; }

    /// <summary>Its weights.</summary>
    public HuggingFaceFolder Weights { get; }

    /// <summary>The folder or name that is given: by the request, its recipe, or the checkpoint; null for none.
    /// </summary>
    public static string? NameOf(TrainedCheckpoint checkpoint, ExportRequest request) =>
        request.LlamaFolder ?? request.Recipe?.Recipe.Model.LlamaModel ?? checkpoint.Stated.Llama;

    /// <summary>Opens the Llama, if it is on this machine, and checks that the matrices fit it.</summary>
    /// <returns>Null where it is not here.</returns>
    /// <exception cref="InputException">It is damaged, or the matrices are of another.</exception>
    public static BaseLlama? Find(TrainedCheckpoint checkpoint, ExportRequest request) =>
        NameOf(checkpoint, request) is { } folder && File.Exists(ConfigOf(folder)) ? Open(folder, checkpoint) : null;

    /// <summary>Opens the Llama, and checks that the matrices fit it.</summary>
    /// <exception cref="InputException">There is none, it is damaged, or the matrices are of another.</exception>
    public static BaseLlama Need(TrainedCheckpoint checkpoint, ExportRequest request)
    {
        var folder = NameOf(checkpoint, request) ?? throw new InputException($"{checkpoint.Location}: does not say "
            + "which Llama it belongs to; name its folder with --llama, or the recipe with --cfg-path");
        if (!Directory.Exists(folder))
            throw new InputException($"{folder}: no such folder; name that of the Llama to merge into with --llama");

        return Open(folder, checkpoint);
    }

    /// <inheritdoc/>
    public void Dispose() => Weights.Dispose();

    private static BaseLlama Open(string folder, TrainedCheckpoint checkpoint)
    {
        // Says what is wrong where the folder is no Llama's.
        _ = LlamaConfig.Read(ConfigOf(folder));
        var llama = new BaseLlama(folder);
        try
        {
            foreach (var pair in checkpoint.Pairs)
                llama.Check(pair, checkpoint.Location);

            return llama;
        }
        catch
        {
            llama.Dispose();
            throw;
        }
    }

    private static string ConfigOf(string folder) => Path.Combine(folder, "config.json");

    private void Check(LoraPair pair, string checkpoint)
    {
        var shape = Weights.ShapeOf(pair.Weight) ?? throw new InputException(
            $"{Folder}: has no `{pair.Weight.Printable()}`, which {checkpoint} adapts; name the Llama it was tuned "
            + "with");
        if (!shape.SequenceEqual([pair.Outputs, pair.Inputs]))
        {
            throw new InputException($"{Folder}: `{pair.Weight}` has the shape [{string.Join(", ", shape)}], but "
                + $"{checkpoint} adapts one of [{pair.Outputs}, {pair.Inputs}]; name the Llama it was tuned with");
        }
    }
}
