using EmotionLlama.Checkpoints;
using EmotionLlama.Checkpoints.Inspection;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints.RealCheckpoints;

/// <summary>Files with the names and types of the published ones, at reduced width and depth.</summary>
[Collection(SharedGenerator.Name)]
public sealed class RealNamesTests : IDisposable
{
    private const int Rank = 8;
    private static readonly RealSizes Sizes = RealSizes.Reduced;

    private readonly RealSet _set = new(Sizes);
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _set.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_stage_1_checkpoint_fills_the_whole_model(bool safetensors)
    {
        WriteFrozen(safetensors);
        _set.WriteTorch(
            "stage1.pth", RealTensors.Lora(Sizes, Rank).Concat(RealTensors.Projections(Sizes)));

        using var model = RealSet.Build(_set.Recipe("stage1.pth") with { LoraR = Rank }, out var report);

        Assert.Equal(
            [
                $"{_set.Llama}: 21 tensors of the Llama taken (model.embed_tokens, model.layers.0-1, model.norm, "
                    + "lm_head); 2 not used: model.layers.0-1 (2)",
                $"{_set.Vision}: 511 tensors of the vision tower taken (cls_token, pos_embed, patch_embed.proj, "
                    + "blocks.0-38); pos_embed interpolated bicubically [1, 5, 88] → [1, 1025, 88]; 17 not used: "
                    + "blocks.39 (13), norm (2), head (2)",
                $"{_set["stage1.pth"]}: 18 trained tensors taken (LoRA of q_proj in layers 0-1, LoRA of v_proj in "
                    + "layers 0-1, llama_proj, feats_llama_proj1, feats_llama_proj2, feats_llama_proj3, cls_tk_llama_proj)",
                "ln_vision: in none of the files, so it stays as it starts, weight 1 and bias 0, as in the original",
            ],
            report.ToLines());
        Assert.All(
            RealTensors.Lora(Sizes, Rank).Concat(RealTensors.Projections(Sizes)),
            tensor => AssertEqual(tensor, model.TrainableParameters.First(weight => weight.Name == tensor.Name).Value));
        Assert.All(
            RealTensors.Llama(Sizes, ScalarType.Float16).Where(tensor => !tensor.Name.EndsWith("inv_freq", Ordinal)),
            tensor => AssertEqual(
                tensor, model.Llama.FrozenWeights.First(weight => weight.Name == tensor.Name).Value));
        Assert.All(
            RealTensors.EvaVitG(Sizes).Where(tensor => tensor.Name.StartsWith("blocks.38.", Ordinal)),
            tensor => AssertEqual(tensor, model.Vision.Weights.First(weight => weight.Name == tensor.Name).Value));
    }

    [Fact]
    public void A_MiniGPT_v2_checkpoint_leaves_what_Emotion_LLaMA_added_fresh()
    {
        WriteFrozen(safetensors: true);
        _set.WriteTorch(
            "minigptv2_checkpoint.pth",
            RealTensors.Lora(Sizes, Rank).Concat(RealTensors.Projections(Sizes, "llama_proj")));

        using var model = RealSet.Build(_set.Recipe("minigptv2_checkpoint.pth") with { LoraR = Rank }, out var report);

        var trained = report.Files[^1];
        Assert.Equal(
            "8 missing, which stay fresh: feats_llama_proj1 (2), feats_llama_proj2 (2), feats_llama_proj3 (2), "
                + "cls_tk_llama_proj (2)",
            trained.ToString().Split("; ")[1]);
        Assert.Equal(10, trained.Taken.Count);
        Assert.Empty(trained.Unexpected);
    }

    [Fact]
    public void A_checkpoint_of_a_newer_peft_with_ln_vision_and_a_spare_head_is_taken_but_for_the_head()
    {
        WriteFrozen(safetensors: true);
        RealTensor[] spare = [new("attention.in_proj_weight", ScalarType.Float32, 12, 4)];
        _set.WriteTorch(
            "Emotion_LLaMA.pth",
            [
                .. RealTensors.VisionNorm(Sizes),
                .. RealTensors.Lora(Sizes, Rank, adapter: ".default"),
                .. RealTensors.Projections(Sizes),
                .. spare,
            ]);

        using var model = RealSet.Build(_set.Recipe("Emotion_LLaMA.pth") with { LoraR = Rank }, out var report);

        Assert.True(model.HasVisionNorm);
        Assert.Equal(_set["Emotion_LLaMA.pth"], report.VisionNormFile);
        Assert.Equal(["attention.in_proj_weight"], report.Files[^1].Unexpected);
        Assert.Contains("ln_vision.weight", report.Files[^1].Taken);
        Assert.Empty(report.Files[^1].Missing);
    }

    [Fact]
    public void Without_ln_vision_in_any_file_tokens_are_normalized_without_learned_weights()
    {
        WriteFrozen(safetensors: true);
        using var _ = no_grad();
        using var model = RealSet.Build(_set.Recipe(null, imageSize: 28) with { LoraR = Rank }, out var report);
        var images = randn(1, 3, 28, 28);

        var encoded = model.EncodeClips(images, zeros(1, 3, 1024));

        var classToken = model.EncodeImages(images)[0, 0];
        var centred = classToken - classToken.mean();
        var normed = centred / (centred.square().mean() + 1e-5).sqrt();
        var weights = model.TrainableParameters.ToDictionary(weight => weight.Name, weight => weight.Value);
        var expected = weights["cls_tk_llama_proj.weight"].mv(normed) + weights["cls_tk_llama_proj.bias"];
        Assert.InRange((expected - encoded[0, ^1]).abs().max().item<float>(), 0, 1e-4);
        Assert.Null(report.VisionNormFile);
        Assert.True(report.HasVisionNorm);
    }

    [Fact]
    public void Positions_are_interpolated_from_the_values_in_the_file_and_rounded_once()
    {
        WriteFrozen(safetensors: true);

        using var model = RealSet.Build(
            _set.Recipe(null) with { LoraR = 0 }, out var _, dtype: ScalarType.BFloat16);

        var stored = RealSet.Values(new RealTensor("pos_embed", ScalarType.Float16, 1, 5, Sizes.VisionChannels))
            .to(ScalarType.Float32);
        var grid = stored.narrow(1, 1, 4).reshape(1, 2, 2, -1).permute(0, 3, 1, 2);
        var resized = nn.functional.interpolate(grid, size: [32, 32], mode: InterpolationMode.Bicubic);
        var expected = cat([stored.narrow(1, 0, 1), resized.permute(0, 2, 3, 1).flatten(1, 2)], 1)
            .to(ScalarType.BFloat16);
        var positions = model.Vision.Weights.First(weight => weight.Name == "pos_embed").Value;
        Assert.True(expected.eq(positions).all().item<bool>());
    }

    [Fact]
    public void Inspecting_the_tower_says_what_it_is_for_and_what_is_not_used()
    {
        WriteFrozen(safetensors: true);

        var report = WeightInspector.Inspect(_set.Vision);

        Assert.Equal([WeightUse.VisionTower], report.Uses);
        Assert.Empty(report.Missing);
        Assert.Equal(["not used: blocks.39 (13), norm (2), head (2)"], report.Notes);
    }

    [Fact]
    public void A_checkpoint_of_another_rank_is_refused_with_the_rank_to_set()
    {
        WriteFrozen(safetensors: true);
        _set.WriteTorch("stage1.pth", RealTensors.Lora(Sizes, rank: 16));

        Refusal.Says(
            "set model.lora_r: 16, and model.lora_alpha",
            () => RealSet.Build(_set.Recipe("stage1.pth") with { LoraR = Rank }, out var _));
    }

    [Fact]
    public void A_checkpoint_for_another_Llama_is_refused()
    {
        WriteFrozen(safetensors: true);
        _set.WriteTorch("stage1.pth", RealTensors.Projections(Sizes with { Hidden = 40 }));

        Refusal.Says(
            "it was trained with another Llama (model.llama_model) or vision tower (model.vit_model)",
            () => RealSet.Build(_set.Recipe("stage1.pth") with { LoraR = Rank }, out var _));
    }

    [Fact]
    public void A_file_that_holds_nothing_that_is_trained_is_refused()
    {
        WriteFrozen(safetensors: true);

        Refusal.Says(
            "holds none of the 18 trained weights",
            () => RealSet.Build(_set.Recipe("eva_vit_g.pth") with { LoraR = Rank }, out var _));
    }

    [Fact]
    public void A_file_that_is_cut_off_while_it_is_read_is_refused_by_name()
    {
        WriteFrozen(safetensors: true);
        using var stored = WeightSources.Open(Directory.EnumerateFiles(_set.Llama, "*.safetensors").Order().First());
        using (var file = new FileStream(stored.Location, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(file.Length - 1000);

        var error = Refusal.Of(() =>
        {
            using var transfers = new EmotionLlama.Models.WeightTransfers();
            foreach (var name in stored.Names)
                transfers.Fill(stored.Locate(name)!, empty(stored.ShapeOf(name)!.ToArray()));

            transfers.Finish();
            return null;
        });

        Assert.StartsWith(stored.Location, error, Ordinal);
        Assert.Contains("truncated", error, Ordinal);
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;

    private static void AssertEqual(RealTensor tensor, Tensor loaded) =>
        Assert.True(RealSet.Values(tensor).to(ScalarType.Float32).eq(loaded).all().item<bool>(), tensor.Name);

    private void WriteFrozen(bool safetensors)
    {
        var tensors = RealTensors.Llama(Sizes, ScalarType.Float16).ToList();
        var middle = tensors.Count / 2;
        var (stem, extension) = safetensors ? ("model", "safetensors") : ("pytorch_model", "bin");
        List<RealTensor>[] shards = [tensors[..middle], tensors[middle..]];
        var map = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            var file = $"{stem}-0000{i + 1}-of-00002.{extension}";
            var path = Path.Combine("Llama-2-7b-chat-hf", file);
            if (safetensors)
            {
                SafetensorsWriter.Write(
                    _set[path],
                    shards[i].ToDictionary(tensor => tensor.Name, RealSet.Values),
                    new Dictionary<string, string> { ["format"] = "pt" });
            }
            else
            {
                _set.WriteTorch(path, shards[i], key: null);
            }

            map.AddRange(shards[i].Select(tensor => $"\"{tensor.Name}\": \"{file}\""));
        }

        File.WriteAllText(
            Path.Combine(_set.Llama, $"{stem}.{extension}.index.json"),
            $"{{\"metadata\": {{}}, \"weight_map\": {{{string.Join(", ", map)}}}}}");
        _set.WriteTorch("eva_vit_g.pth", RealTensors.EvaVitG(Sizes), key: null);
    }
}
