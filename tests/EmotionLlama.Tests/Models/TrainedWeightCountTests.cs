using EmotionLlama.Configuration;
using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models;

/// <summary>The number of trained weights, without a model.</summary>
public sealed class TrainedWeightCountTests
{
    [Theory]
    [InlineData("q_proj", "v_proj")]
    [InlineData("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")]
    public void It_is_that_of_the_model(params string[] targets)
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Create(new LoraSettings { Rank = 3, Targets = targets });

        var count = TrainedWeightCount.Of(
            TinyModels.Config,
            TinyModels.VisionChannels,
            new ModelRecipe { LoraR = 3, LoraTargetModules = targets });

        Assert.Equal(model.TrainableParameters.Sum(parameter => parameter.Value.numel()), count);
    }
}
