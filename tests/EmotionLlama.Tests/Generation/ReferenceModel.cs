using System.Text.Json;
using EmotionLlama.Checkpoints;
using EmotionLlama.Datasets;
using EmotionLlama.Models;
using EmotionLlama.Tokenization;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Generation;

/// <summary>The reference model with its tuned weights, and the reference samples.</summary>
internal sealed class ReferenceModel : IDisposable
{
    private ReferenceModel(EmotionLlamaModel model, PromptBuilder prompts, IReadOnlyList<ClipSample> clips) =>
        (Model, Prompts, Clips) = (model, prompts, clips);

    public EmotionLlamaModel Model { get; }

    public PromptBuilder Prompts { get; }

    public IReadOnlyList<ClipSample> Clips { get; }

    /// <summary>Reads a folder of the reference layout.</summary>
    /// <param name="expected">The folder's <c>expected.json</c>.</param>
    public static ReferenceModel Read(JsonElement expected)
    {
        var dims = expected.GetProperty("dims");
        var lora = expected.GetProperty("lora");
        using var scope = NewDisposeScope();
        using var folder = new HuggingFaceFolder(SharedData.Require("parity", "llama"));
        var llama = new Llama(
            LlamaConfig.Read(SharedData.Require("parity", "llama", "config.json")),
            new WeightReader(folder, CPU, ScalarType.Float32),
            new LoraSettings
            {
                Rank = lora.GetProperty("r").GetInt32(),
                Alpha = lora.GetProperty("alpha").GetDouble(),
            });
        using var tower = TorchCheckpoint.Open(SharedData.Require("parity", "eva_vit.pth"));
        var vision = new EvaVisionTransformer(
            new WeightReader(tower, CPU, ScalarType.Float32),
            dims.GetProperty("image").GetInt32(),
            dims.GetProperty("vit").GetProperty("heads").GetInt32());
        using var norm = SafetensorsFile.Open(SharedData.Require("parity", "ln_vision.safetensors"));
        var model = new EmotionLlamaModel(llama, vision, new WeightReader(norm, CPU, ScalarType.Float32));

        using var tuned = TorchCheckpoint.Open(SharedData.Require("parity", "checkpoint_2.pth"));
        Assert.Empty(TrainedWeights.Load(model, tuned).Missing);

        var prompts = new PromptBuilder(
            LlamaTextTokenizer.Open(SharedData.Require("parity", "tokenizer.model")),
            new PromptSettings { ImageTokens = model.ImageTokens });
        return new ReferenceModel(model, prompts, ReadClips());
    }

    public void Dispose()
    {
        Model.Dispose();
        foreach (var clip in Clips)
            clip.Dispose();
    }

    private static List<ClipSample> ReadClips()
    {
        using var texts = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("parity", "samples.json")));
        using var file = SafetensorsFile.Open(SharedData.Require("parity", "samples.safetensors"));
        using var images = file.Read("image");
        using var features = file.Read("video_features");
        return [.. texts.RootElement.EnumerateArray().Select((text, i) => new ClipSample
        {
            Name = $"sample {i}",
            Emotion = Emotion.Neutral,
            Task = "reason",
            Image = images[i].clone().DetachFromDisposeScope(),
            Features = features[i].clone().DetachFromDisposeScope(),
            Instruction = text.GetProperty("instruction_input").GetString()!,
            Answer = "",
        })];
    }
}
