using EmotionLlama.Configuration;
using EmotionLlama.Runtime;
using TorchSharp;

namespace EmotionLlama.Workflows;

/// <summary>Says in one line what to change in a recipe where memory is not enough.</summary>
internal static class MemoryAdvice
{
    /// <summary>Does something, and explains it where memory is not enough.</summary>
    /// <param name="recipe">The recipe that it follows.</param>
    /// <param name="use">What it is.</param>
    /// <param name="work">Does it.</param>
    /// <exception cref="InputException">Memory is not enough.</exception>
    public static T Guard<T>(Recipe recipe, MemoryUse use, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception error) when (OutOfMemory.Is(error))
        {
            throw new InputException($"{Place(recipe)}; {Advice(recipe, use)}", error);
        }
    }

    /// <summary>What to change, the least costly first.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="use">What memory was not enough for.</param>
    public static string Advice(Recipe recipe, MemoryUse use)
    {
        var model = recipe.Model;
        var changes = new List<string>();
        if (use == MemoryUse.Training && model.UseGradCheckpoint == GradCheckpoint.None)
            changes.Add("model.use_grad_checkpoint to selective");

        var batch = use switch
        {
            MemoryUse.Training => recipe.Datasets.Values.Select(data => data.BatchSize).DefaultIfEmpty(1).Max(),
            MemoryUse.Answering => recipe.EvaluationDatasets.Values.Select(data => data.BatchSize).DefaultIfEmpty(1).Max(),
            _ => 1,
        };
        if (batch > 1 && use == MemoryUse.Training)
        {
            changes.Add($"datasets.*.batch_size lower (now {batch}) and run.accum_grad_iters higher (now "
                + $"{recipe.Run.AccumGradIters})");
        }
        else if (batch > 1)
        {
            changes.Add($"evaluation_datasets.*.batch_size lower (now {batch})");
        }

        if (use == MemoryUse.Training && model.UseGradCheckpoint == GradCheckpoint.Selective)
            changes.Add("model.use_grad_checkpoint to true");

        if (model.FrozenWeights != FrozenFormat.Nf4)
            changes.Add("model.frozen_weights to nf4");

        return changes.Count == 0
            ? "nothing in the recipe takes less: a smaller model or a larger device is needed"
            : $"set {string.Join(", or ", changes)}";
    }

    private static string Place(Recipe recipe)
    {
        var device = ComputeDevice.Choose(recipe.Run.Device);
        if (device.type != DeviceType.CUDA)
            return "the host's memory is not enough";

        var (free, total) = GpuMemory.FreeAndTotal();
        return $"the GPU's memory is not enough ({ByteSize.Format(total)}, of which {ByteSize.Format(free)} are free now)";
    }
}
