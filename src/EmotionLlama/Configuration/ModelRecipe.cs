using System.ComponentModel.DataAnnotations;
using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Configuration;

/// <summary>The <c>model</c> section of a recipe.</summary>
public sealed record ModelRecipe
{
    /// <summary>The architecture; <c>minigpt_v2</c>, the name the original gives to Emotion-LLaMA's, is the only
    /// one.</summary>
    [AllowedValues("minigpt_v2")]
    public string Arch { get; init; } = "minigpt_v2";

    /// <summary>A Hugging Face Llama folder: <c>config.json</c>, weights in safetensors or <c>.bin</c> shards, and
    /// <c>tokenizer.model</c>. The default is where the original project tells its users to put it.</summary>
    [RecipePath(PathKind.Folder)]
    public string LlamaModel { get; init; } = "checkpoints/Llama-2-7b-chat-hf";

    /// <summary>The frozen EVA vision tower: <c>eva_vit_g.pth</c>, or a safetensors file with the same names. Null
    /// looks for <c>eva_vit_g.pth</c> beside <see cref="LlamaModel"/>.</summary>
    [RecipePath(PathKind.File)]
    public string? VitModel { get; init; }

    /// <summary>The file that <see cref="VitModel"/> names or defaults to.</summary>
    public string VitModelFile => VitModel
        ?? Path.Combine(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(LlamaModel)) ?? "", "eva_vit_g.pth");

    /// <summary>Attention heads of the vision tower; null takes one per 88 channels, as EVA ViT-g has.</summary>
    [Range(1, int.MaxValue)]
    public int? VitNumHeads { get; init; }

    /// <summary>A checkpoint to start from: stage 1, the demo model, MiniGPT-v2 or one of ours, or an adapter's folder
    /// of peft. Null or empty starts with fresh LoRA and projections.</summary>
    [RecipePath(PathKind.FileOrFolder)]
    public string? Ckpt { get; init; }

    /// <summary>Height and width of the picture the vision tower gets, in pixels.</summary>
    [Range(1, int.MaxValue)]
    public int ImageSize { get; init; } = 448;

    /// <summary>The most answer tokens, end symbol included; longer answers are cut.</summary>
    [Range(1, int.MaxValue)]
    public int MaxTxtLen { get; init; } = 300;

    /// <summary>The most prompt tokens, inserted embeddings included.</summary>
    [Range(1, int.MaxValue)]
    public int MaxContextLen { get; init; } = 3800;

    /// <summary>Closes every answer.</summary>
    public string EndSym { get; init; } = "</s>";

    /// <summary>What is put around an instruction, with <c>{}</c> for the instruction.</summary>
    [RegularExpression(@"(?s).*\{\}.*", ErrorMessage = "text with {} where the instruction goes")]
    public string PromptTemplate { get; init; } = "[INST] {} [/INST]";

    /// <summary>Whether <see cref="PromptTemplate"/> is put around instructions in training.</summary>
    public bool ChatTemplate { get; init; } = true;

    /// <summary>How a prompt is laid out when generating.</summary>
    public PromptStyle PromptStyle { get; init; } = PromptStyle.Standard;

    /// <summary>Rank of the LoRA matrices; 0 trains without LoRA.</summary>
    [Range(0, int.MaxValue)]
    public int LoraR { get; init; } = 64;

    /// <summary>LoRA's alpha: its output is scaled by alpha / rank.</summary>
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double LoraAlpha { get; init; } = 16;

    /// <summary>Dropout before LoRA's first matrix, a probability. Also read from the key <c>dropout</c>.</summary>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    [RecipeAlias("dropout")]
    public double LoraDropout { get; init; } = 0.05;

    /// <summary>The projections that get LoRA matrices, any of <c>q_proj k_proj v_proj o_proj gate_proj up_proj
    /// down_proj</c>.</summary>
    [MinLength(1)]
    [AllowedValues("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")]
    public IReadOnlyList<string> LoraTargetModules { get; init; } = ["q_proj", "v_proj"];

    /// <summary>Which activations of the Llama's layers are computed again in the backward pass instead of being kept:
    /// <c>false</c> none, <c>true</c> all inside a layer (least memory, about a third more time), or <c>selective</c>,
    /// those inside the feed-forward (two fifths less, about a seventh more time).</summary>
    public GradCheckpoint UseGradCheckpoint { get; init; }

    /// <summary>How the frozen matrices of the Llama's layers are stored: <c>auto</c> in the data type of
    /// <c>run.amp</c>; <c>fp8</c>, the fastest, on a GPU that multiplies 8-bit floating point (compute capability 8.9), with
    /// bfloat16; or <c>nf4</c>, a quarter of the memory. On a CPU, <c>fp8</c> computes the same rounding slowly.</summary>
    public FrozenFormat FrozenWeights { get; init; }
}
