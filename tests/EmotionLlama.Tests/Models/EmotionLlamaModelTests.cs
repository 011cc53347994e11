using EmotionLlama.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Tests.Models;

/// <summary>How pictures and features enter the decoder.</summary>
public sealed class EmotionLlamaModelTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly EmotionLlamaModel _model = TinyModels.Create();

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Trained_weights_have_the_names_and_the_order_of_the_original_checkpoints()
    {
        var names = _model.TrainableParameters.Select(parameter => parameter.Name).ToList();

        Assert.Equal("llama_model.base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", names[0]);
        Assert.Equal(
            [
                "llama_proj.weight", "llama_proj.bias",
                "feats_llama_proj1.weight", "feats_llama_proj1.bias",
                "feats_llama_proj2.weight", "feats_llama_proj2.bias",
                "feats_llama_proj3.weight", "feats_llama_proj3.bias",
                "cls_tk_llama_proj.weight", "cls_tk_llama_proj.bias",
            ],
            names[^10..]);
        Assert.All(_model.TrainableParameters, parameter =>
        {
            Assert.True(parameter.Value.requires_grad);
            Assert.True(parameter.Value.is_leaf);
            Assert.Equal(ScalarType.Float32, parameter.Value.dtype);
        });
    }

    [Fact]
    public void A_clip_becomes_image_tokens_then_three_features_then_the_class_token()
    {
        using var _ = no_grad();
        using var batch = TinyModels.Pack(_model, 0, 1);
        var weights = WeightsOf(_model);

        var encoded = _model.EncodeClips(batch.Images!, batch.Features);

        Assert.Equal([2, _model.ImageTokens + 4, TinyModels.Config.HiddenSize], encoded.shape);
        for (var feature = 0; feature < 3; feature++)
        {
            var projected = Project($"feats_llama_proj{feature + 1}", batch.Features[1, feature]);
            Assert.InRange(TinyModels.Distance(projected, encoded[1, _model.ImageTokens + feature]), 0, 1e-4);
        }

        var norm = TinyModels.VisionNorm();
        var tokens = functional.layer_norm(
            _model.EncodeImages(batch.Images!), [TinyModels.VisionChannels], norm.Weight, norm.Bias, 1e-5);
        Assert.InRange(
            TinyModels.Distance(Project("llama_proj", tokens[1, 1..5].flatten()), encoded[1, 0]), 0, 1e-4);
        Assert.InRange(
            TinyModels.Distance(Project("cls_tk_llama_proj", tokens[1, 0]), encoded[1, ^1]), 0, 1e-4);

        Tensor Project(string name, Tensor x) => weights[$"{name}.weight"].mv(x) + weights[$"{name}.bias"];
    }

    [Fact]
    public void Embeddings_of_clips_replace_those_of_the_places_held_for_them_and_no_others()
    {
        using var _ = no_grad();
        using var batch = TinyModels.Pack(_model, 0, 1);
        var inserted = batch.InsertedAt.data<long>().ToHashSet();
        var clips = _model.EncodeClips(batch.Images!, batch.Features).flatten(0, 1);
        var words = _model.Llama.Embed(batch.TokenIds);

        var row = _model.Embed(batch);

        var next = 0;
        for (var place = 0; place < batch.Tokens; place++)
        {
            var expected = inserted.Contains(place) ? clips[next++] : words[place];
            Assert.Equal(0, TinyModels.Distance(expected, row[place]));
        }

        Assert.Equal(clips.shape[0], next);
    }

    [Fact]
    public void The_loss_reaches_every_trained_weight_and_no_frozen_one()
    {
        using var batch = TinyModels.Pack(_model, 0, 1, 2);

        _model.LossSum(batch).backward();

        Assert.All(_model.TrainableParameters, parameter =>
            Assert.True(parameter.Value.grad!.abs().max().item<float>() > 0, parameter.Name));
        Assert.All(_model.Llama.FrozenWeights.Concat(_model.Vision.Weights), weight => Assert.Null(weight.Value.grad));
    }

    [Fact]
    public void Without_a_normalization_behind_the_vision_tower_its_tokens_are_taken_as_they_are()
    {
        using var _ = no_grad();
        using var without = TinyModels.Create(visionNorm: false);
        using var batch = TinyModels.Pack(_model, 0);
        var weights = WeightsOf(without);

        var encoded = without.EncodeClips(batch.Images!, batch.Features);

        var classToken = without.EncodeImages(batch.Images!)[0, 0];
        var projected = weights["cls_tk_llama_proj.weight"].mv(classToken) + weights["cls_tk_llama_proj.bias"];
        Assert.False(without.HasVisionNorm);
        Assert.True(_model.HasVisionNorm);
        Assert.InRange(TinyModels.Distance(projected, encoded[0, ^1]), 0, 1e-4);
    }

    private static Dictionary<string, Tensor> WeightsOf(EmotionLlamaModel model) =>
        model.TrainableParameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value);
}
