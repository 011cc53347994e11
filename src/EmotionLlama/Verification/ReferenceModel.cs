using EmotionLlama.Checkpoints;
using EmotionLlama.Models;
using EmotionLlama.Runtime;
using EmotionLlama.Tokenization;
using static TorchSharp.torch;

namespace EmotionLlama.Verification;

/// <summary>The reference's model with the weights of one of its checkpoints, its prompts and its samples.</summary>
internal sealed class ReferenceModel : IDisposable
{
    /// <summary>The vision tower.</summary>
    public const string VisionFile = "eva_vit.pth";

    /// <summary>The layer normalization behind it.</summary>
    public const string NormFile = "ln_vision.safetensors";

    /// <summary>The most answer tokens, which the layout fixes.</summary>
    private const int MaxAnswerTokens = 60;

    private ReferenceModel(EmotionLlamaModel model, LoadReport loaded, PromptBuilder prompts) =>
        (Model, Loaded, Prompts) = (model, loaded, prompts);

    /// <summary>The model, in float32.</summary>
    public EmotionLlamaModel Model { get; }

    /// <summary>What the model took from the checkpoint.</summary>
    public LoadReport Loaded { get; }

    /// <summary>The prompts of training and generation.</summary>
    public PromptBuilder Prompts { get; }

    /// <summary>Builds the model.</summary>
    /// <param name="folder">Where its parts lie.</param>
    /// <param name="checkpoint">The trained weights; it also says which projections have LoRA matrices.</param>
    public static ReferenceModel Build(ReferenceFolder folder, IWeightSource checkpoint)
    {
        var sizes = folder.Expected.Dims;
        using var llamaWeights = new HuggingFaceFolder(folder.Find("llama"));
        using var visionWeights = WeightSources.Open(folder.Find(VisionFile));
        using var normWeights = WeightSources.Open(folder.Find(NormFile));
        var tokenizer = LlamaTextTokenizer.Open(folder.Find("tokenizer.model"));

        var llama = new Llama(
            LlamaConfig.Read(folder.Find(Path.Combine("llama", "config.json"))),
            Reader(llamaWeights),
            new LoraSettings
            {
                Rank = folder.Expected.Lora.R,
                Alpha = folder.Expected.Lora.Alpha,
                Dropout = 0,
                Targets = LoraTargets(checkpoint),
            });
        var vision = new EvaVisionTransformer(Reader(visionWeights), sizes.Image, sizes.Vit.Heads);
        var model = new EmotionLlamaModel(llama, vision, Reader(normWeights));
        var prompts = new PromptBuilder(
            tokenizer,
            new PromptSettings { MaxAnswerTokens = MaxAnswerTokens, ImageTokens = model.ImageTokens });
        return new ReferenceModel(model, TrainedWeights.Load(model, checkpoint), prompts);

        WeightReader Reader(IWeightSource source) => new(source, folder.Device, ScalarType.Float32);
    }

    /// <summary>Builds the model with the weights of a checkpoint file.</summary>
    public static ReferenceModel Build(ReferenceFolder folder, string checkpointPath)
    {
        using var checkpoint = TorchCheckpoint.Open(checkpointPath);
        return Build(folder, checkpoint);
    }

    /// <summary>Packs samples with their answers.</summary>
    /// <param name="samples">All samples.</param>
    /// <param name="indexes">Those to pack, in this order.</param>
    public PackedBatch Pack(ReferenceSamples samples, IEnumerable<int> indexes) => PackedBatch.Pack(
        [.. indexes.Select(i => (
            samples[i],
            Prompts.ForTraining(samples[i].Instruction, samples[i].Answer)))]);

    /// <summary>The mean loss of all answer tokens of some samples, a scalar.</summary>
    public Tensor MeanLoss(ReferenceSamples samples, IEnumerable<int> indexes)
    {
        using var batch = Pack(samples, indexes);
        return Model.LossSum(batch).Over(batch.AnswerTokens);
    }

    /// <summary>Adds the gradients of <see cref="MeanLoss"/> to those of the trained weights.</summary>
    public void AccumulateGradients(ReferenceSamples samples, IEnumerable<int> indexes)
    {
        using var batch = Pack(samples, indexes);
        using var loss = Model.AccumulateGradients(batch, 1.0 / batch.AnswerTokens, training: false);
    }

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();

    private static string[] LoraTargets(IWeightSource checkpoint) =>
    [
        .. checkpoint.Names.Select(PeftNames.Normalize)
            .Where(name => name.EndsWith(".lora_A.weight", StringComparison.Ordinal))
            .Select(name => name.Split('.')[^3])
            .Distinct(),
    ];
}
