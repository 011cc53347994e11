using EmotionLlama.Checkpoints;
using EmotionLlama.Configuration;
using EmotionLlama.Runtime;
using EmotionLlama.Tests.Datasets;
using EmotionLlama.Tests.Models;
using EmotionLlama.Tokenization;

namespace EmotionLlama.Tests.Training;

/// <summary>Everything the verb <c>train</c> needs, on disk: a tiny model, clips and recipes.</summary>
internal sealed class TinyProject : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MerrFolder _clips = new("happy", "sad", "angry", "neutral", "worried");

    public TinyProject()
    {
        var llama = _folder["llama"];
        AtomicFile.WriteText(Path.Combine(llama, "config.json"), TinyModels.Config.ToJson());
        SentencePieceModelWriter.Write(TinyModels.Vocabulary, Path.Combine(llama, "tokenizer.model"));
        using var decoder = InMemoryWeights.ReadAll(TinyModels.LlamaWeights(TinyModels.Config));
        Write(decoder, Path.Combine(llama, "model.safetensors"));
        using var tower = InMemoryWeights.ReadAll(TinyModels.VisionWeights());
        Write(tower, _folder["eva.safetensors"]);
    }

    /// <summary>The clips.</summary>
    public MerrFolder Clips => _clips;

    /// <summary>Writes a recipe.</summary>
    /// <param name="output">Name of the output folder.</param>
    /// <returns>The recipe's path.</returns>
    public string WriteRecipe(string output)
    {
        RecipeWriter.Write(CreateRecipe(output), _folder[$"{output}.yaml"]);
        return _folder[$"{output}.yaml"];
    }

    /// <summary>A recipe of 12 epochs of 5 steps, saved each step, with dropout and background loading. The best epoch by
    /// the loss on all clips is kept, and is in the middle of the run, because a second stage ruins the model.</summary>
    /// <param name="output">Name of the output folder.</param>
    public Recipe CreateRecipe(string output) =>
        new()
        {
            Model = new ModelRecipe
            {
                LlamaModel = _folder["llama"],
                VitModel = _folder["eva.safetensors"],
                VitNumHeads = TinyModels.VisionHeads,
                ImageSize = TinyModels.ImageSize,
                LoraR = 4,
                LoraDropout = 0.2,
            },
            Datasets = new Dictionary<string, DatasetRecipe>
            {
                ["clips"] = _clips.Recipe with { BatchSize = 2, ValidationFile = "annotations.txt" },
            },
            Run = new RunRecipe
            {
                InitLr = 1e-3,
                MinLr = 1e-5,
                MaxEpoch = 12,
                Stages =
                [
                    new StageRecipe { Name = "good", FirstEpoch = 0, EndEpoch = 7 },
                    new StageRecipe { Name = "bad", FirstEpoch = 7, EndEpoch = 12, InitLr = 1, MinLr = 1 },
                ],
                ItersPerEpoch = 5,
                SaveEverySteps = 1,
                KeepLast = 1,
                SaveBest = true,
                NumWorkers = 1,
                LogFreq = 1,
                SampleAnswersInterval = 0,
                Device = "cpu",
                OutputDir = OutputOf(output),
            },
        };

    /// <summary>Where an output folder lies.</summary>
    public string OutputOf(string output) => _folder[output];

    public void Dispose()
    {
        _clips.Dispose();
        _folder.Dispose();
    }

    private static void Write(InMemoryWeights weights, string path) =>
        SafetensorsWriter.Write(
            path, weights.Names.Select(name => KeyValuePair.Create(name, weights.Read(name))).ToList());
}
