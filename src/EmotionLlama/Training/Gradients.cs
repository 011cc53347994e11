using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Training;

/// <summary>Work on all gradients of a step together.</summary>
internal static class Gradients
{
    /// <summary>Divides the gradients by the loss scale and shrinks them where their norm is too large.</summary>
    /// <param name="parameters">The trained weights; those without a gradient do not count.</param>
    /// <param name="scale">What the loss was multiplied by.</param>
    /// <param name="maximum">The largest norm; 0 does not clip.</param>
    /// <returns>The norm of all gradients together, unscaled and before clipping; infinite or NaN where one is.
    /// </returns>
    public static double UnscaleAndClip(IReadOnlyList<NamedTensor> parameters, double scale, double maximum)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        Tensor[] gradients = [.. parameters.Select(parameter => parameter.Value.grad).OfType<Tensor>()];
        if (gradients.Length == 0)
            return 0;

        var norm = stack(gradients.Select(gradient => gradient.norm())).norm().item<float>() / scale;
        var clipped = maximum > 0 && norm > maximum ? maximum / (norm + 1e-6) : 1;
        var factor = clipped / scale;
        if (factor != 1 && double.IsFinite(norm))
        {
            foreach (var gradient in gradients)
                gradient.mul_(factor);
        }

        return norm;
    }
}
