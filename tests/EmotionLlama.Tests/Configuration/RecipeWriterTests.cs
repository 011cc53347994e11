using EmotionLlama.Configuration;

namespace EmotionLlama.Tests.Configuration;

public sealed class RecipeWriterTests : IDisposable
{
    private readonly RecipeFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_recipe_reads_back_equal()
    {
        var recipe = new Recipe
        {
            Model = new()
            {
                LlamaModel = "/a b/ü: #x",
                EndSym = "\"\n\\",
                PromptTemplate = "[INST] {} [/INST]",
                PromptStyle = PromptStyle.Original,
                LoraDropout = 0.1 + 0.2,
                LoraTargetModules = ["q_proj", "down_proj"],
            },
            Datasets = new Dictionary<string, DatasetRecipe>
            {
                ["null"] = new()
                {
                    TaskPool = new Dictionary<string, double> { ["reason"] = 1 / 3.0, ["true"] = 2 },
                    Caption = CaptionUse.Empty,
                    AnnotationFile = "None",
                    Withhold = ["face"],
                    VisProcessor = new() { Name = "blip2_image_eval" },
                },
            },
            Run = new()
            {
                InitLr = 1e-6,
                Amp = Amp.Fp16,
                LrSched = LearningRateSchedule.Constant,
                LossNormalization = LossNormalization.Sample,
                OnBadSample = OnBadSample.Skip,
                Seed = long.MaxValue / 1024,
                MaxEpoch = 2,
                Stages = [new() { Name = "1", FirstEpoch = 0, EndEpoch = 2, WarmupLr = 1e-9 }],
            },
            EvaluationDatasets = new Dictionary<string, EvaluationDatasetRecipe>
            {
                ["test"] = new() { EvalFilePath = "~x", ImgPath = "- y" },
            },
        };

        RecipeWriter.Write(recipe, _folder.Recipe);

        Assert.Equivalent(recipe, RecipeReader.Read(_folder.Recipe).Recipe, strict: true);
        Assert.Equal(RecipeWriter.ToYaml(recipe), RecipeWriter.ToYaml(RecipeReader.Read(_folder.Recipe).Recipe));
    }

    [Fact]
    public void Every_key_is_written_with_its_default()
    {
        var yaml = RecipeWriter.ToYaml(new Recipe { Model = new() });

        Assert.StartsWith(
            "model:\n  arch: minigpt_v2\n  llama_model: checkpoints/Llama-2-7b-chat-hf\n  vit_model: null\n", yaml);
        Assert.Contains("  lora_target_modules: [q_proj, v_proj]\n", yaml);
        Assert.Contains("  end_sym: \"</s>\"\n", yaml);
        Assert.Contains("  lr_sched: linear_warmup_cosine_lr\n  init_lr: 1e-06\n", yaml);
        Assert.Contains("  amp: true\n", yaml);
        Assert.Contains("\nevaluation_datasets: {}\n", yaml);
    }
}
