using EmotionLlama.Checkpoints;
using EmotionLlama.Configuration;
using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints.RealCheckpoints;

/// <summary>A folder with the files that a researcher downloads, under their real names.</summary>
internal sealed class RealSet : IDisposable
{
    private const string MemoryDisk = "/dev/shm";

    private readonly DirectoryInfo _folder;

    /// <param name="sizes">The sizes in the configuration.</param>
    /// <param name="holes">Whether the files are to be holes. A disk in memory gives their zeros at once, where another
    /// file system makes pages of them first.</param>
    public RealSet(RealSizes sizes, bool holes = false)
    {
        _folder = holes && Directory.Exists(MemoryDisk)
            ? Directory.CreateDirectory(Path.Combine(MemoryDisk, $"emotion-llama-{Guid.NewGuid():N}"))
            : Directory.CreateTempSubdirectory("emotion-llama-");
        Sizes = sizes;
        Directory.CreateDirectory(Llama);
        File.WriteAllText(Path.Combine(Llama, "config.json"), Config(sizes));
        File.WriteAllText(Path.Combine(Llama, "tokenizer.model"), "is not opened");
    }

    public RealSizes Sizes { get; }

    public string Llama => this["Llama-2-7b-chat-hf"];

    public string Vision => this["eva_vit_g.pth"];

    public string this[string name] => Path.Combine(_folder.FullName, name);

    /// <summary>A recipe's model section.</summary>
    /// <param name="checkpoint">The checkpoint's file.</param>
    /// <param name="imageSize">Height and width of the pictures.</param>
    public ModelRecipe Recipe(string? checkpoint, int imageSize = 448) => new()
    {
        LlamaModel = Llama,
        Ckpt = checkpoint is null ? null : this[checkpoint],
        ImageSize = imageSize,
    };

    /// <summary>Writes a checkpoint whose tensors are filled with numbers that their names fix.</summary>
    public void WriteTorch(string name, IEnumerable<RealTensor> tensors, string? key = "model")
    {
        using var scope = NewDisposeScope();
        var values = tensors.ToDictionary(tensor => tensor.Name, object? (tensor) => Values(tensor));
        TorchCheckpointWriter.Save(
            this[name], key is null ? values : new Dictionary<string, object?> { [key] = values });
    }

    /// <summary>The values of <see cref="WriteTorch"/>.</summary>
    public static Tensor Values(RealTensor tensor)
    {
        using var generator = new Generator((ulong)tensor.Name.Sum(letter => letter));
        using var drawn = randn(tensor.Shape, generator: generator);
        return drawn.mul(0.02).to(tensor.Type);
    }

    /// <summary>Builds the model and says what was loaded.</summary>
    public static EmotionLlamaModel Build(
        ModelRecipe recipe, out ModelLoadReport report, Device? device = null, ScalarType? dtype = null)
    {
        ModelLoadReport? told = null;
        var model = ModelFactory.Build(
            recipe,
            device ?? CPU,
            dtype ?? ScalarType.Float32,
            loaded => told = loaded,
            TestContext.Current.CancellationToken);
        report = told!;
        return model;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Config(RealSizes sizes) => $$"""
        {
          "architectures": ["LlamaForCausalLM"],
          "bos_token_id": 1,
          "eos_token_id": 2,
          "hidden_act": "silu",
          "hidden_size": {{sizes.Hidden}},
          "initializer_range": 0.02,
          "intermediate_size": {{sizes.Inner}},
          "max_position_embeddings": 4096,
          "model_type": "llama",
          "num_attention_heads": {{sizes.Heads}},
          "num_hidden_layers": {{sizes.Layers}},
          "num_key_value_heads": {{sizes.Heads}},
          "pretraining_tp": 1,
          "rms_norm_eps": 1e-05,
          "rope_scaling": null,
          "tie_word_embeddings": false,
          "torch_dtype": "float16",
          "transformers_version": "4.32.0.dev0",
          "use_cache": true,
          "vocab_size": {{sizes.Vocabulary}}
        }
        """;
}
