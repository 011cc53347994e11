using EmotionLlama.Checkpoints;
using EmotionLlama.Checkpoints.Exporting;
using EmotionLlama.Configuration;
using EmotionLlama.Models;
using EmotionLlama.Runtime;
using EmotionLlama.Tests.Models;
using EmotionLlama.Tokenization;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints.Exporting;

/// <summary>A tuned tiny model: its Llama and vision tower on disk, and a checkpoint as a run of ours writes it, with
/// <c>ln_vision</c> beside what is trained, as MiniGPT-v2's has it.</summary>
internal sealed class TunedModel : IDisposable
{
    public const string CheckpointName = "checkpoint_3.pth";

    /// <summary>Unusual on purpose: nothing may fall back to a default unnoticed.</summary>
    public static readonly LoraSettings Lora = new()
    {
        Rank = 4,
        Alpha = 6,
        Dropout = 0.25,
        Targets = ["q_proj", "v_proj", "o_proj", "down_proj"],
    };

    private readonly TemporaryFolder? _temporary;

    /// <param name="folder">Where to write; null takes a temporary folder.</param>
    /// <param name="dtype">The stored type of the Llama.</param>
    public TunedModel(string? folder = null, ScalarType dtype = ScalarType.Float32)
    {
        _temporary = folder is null ? new TemporaryFolder() : null;
        Folder = folder ?? _temporary!.Path;
        Directory.CreateDirectory(Llama);
        File.WriteAllText(Path.Combine(Llama, "config.json"), TinyModels.Config.ToJson());
        File.WriteAllText(Path.Combine(Llama, "LICENSE.txt"), "as it is");
        SentencePieceModelWriter.Write(TinyModels.Vocabulary, Path.Combine(Llama, "tokenizer.model"));
        Write(TinyModels.LlamaWeights(TinyModels.Config), Path.Combine(Llama, "model.safetensors"), dtype);
        Write(TinyModels.VisionWeights(), this["eva.safetensors"], ScalarType.Float32);
        Model = TinyModels.Create(Lora);
        Save(CheckpointName, RecipeTree.Of(new Recipe { Model = Recipe }));
    }

    /// <summary>Where everything lies.</summary>
    public string Folder { get; }

    /// <summary>The model whose weights the checkpoint holds.</summary>
    public EmotionLlamaModel Model { get; }

    public string Llama => this["llama"];

    public string Checkpoint => this[CheckpointName];

    /// <summary>The recipe's model section that fits all of it.</summary>
    public ModelRecipe Recipe => new()
    {
        LlamaModel = Llama,
        VitModel = this["eva.safetensors"],
        VitNumHeads = TinyModels.VisionHeads,
        ImageSize = TinyModels.ImageSize,
        Ckpt = Checkpoint,
        LoraR = Lora.Rank,
        LoraAlpha = Lora.Alpha,
        LoraDropout = Lora.Dropout,
        LoraTargetModules = Lora.Targets,
    };

    /// <summary>A path in the folder.</summary>
    public string this[string name] => Path.Combine(Folder, name);

    /// <summary>Writes a checkpoint.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="config">What it keeps under <c>config</c>.</param>
    /// <param name="keep">Which tensors it holds; null keeps all.</param>
    public string Save(string name, object? config, Func<string, bool>? keep = null)
    {
        using var scope = NewDisposeScope();
        var (weight, bias) = TinyModels.VisionNorm();
        var tensors = Model.TrainableParameters.ToDictionary(item => item.Name, object? (item) => item.Value);
        tensors["ln_vision.weight"] = weight;
        tensors["ln_vision.bias"] = bias;
        TorchCheckpointWriter.Save(this[name], new Dictionary<string, object?>
        {
            ["model"] = tensors.Where(item => keep?.Invoke(item.Key) != false).ToDictionary(),
            ["optimizer"] = new Dictionary<string, object?> { ["state"] = new Dictionary<string, object?>() },
            ["config"] = config,
            ["scaler"] = null,
            ["epoch"] = 3L,
        });
        return this[name];
    }

    /// <summary>Exports the checkpoint, or another one.</summary>
    public ExportReport Export(ExportFormat format, string output, string? checkpoint = null) => Export(new()
    {
        Checkpoint = checkpoint ?? Checkpoint,
        Format = format,
        Output = this[output],
    });

    /// <summary>Exports as a request says.</summary>
    public static ExportReport Export(ExportRequest request) =>
        CheckpointExporter.Export(request, cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>Builds a model from disk.</summary>
    public static EmotionLlamaModel Build(ModelRecipe recipe) => ModelFactory.Build(recipe, CPU, ScalarType.Float32);

    /// <summary>Next-token logits of a text, <c>[tokens, vocabulary]</c>.</summary>
    public static Tensor Logits(EmotionLlamaModel model, long[] tokenIds)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var layout = SequenceLayout.Create([tokenIds.Length], CPU);
        var llama = model.Llama;
        return llama.Logits(llama.Forward(llama.Embed(tensor(tokenIds)), layout)).MoveToOuterDisposeScope();
    }

    /// <summary>Some token ids, each another.</summary>
    public static long[] Tokens(int count, int seed = 1)
    {
        var last = TinyModels.Config.VocabularySize - 1;
        return [.. Enumerable.Range(0, count).Select(i => 1L + ((seed + (i * 37)) % last))];
    }

    public void Dispose()
    {
        Model.Dispose();
        _temporary?.Dispose();
    }

    private static void Write(IWeightSource source, string path, ScalarType dtype)
    {
        using var weights = InMemoryWeights.ReadAll(source);
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(
            path, weights.Select(item => KeyValuePair.Create(item.Key, item.Value.to(dtype))).ToList());
    }
}
