using System.Text.Json;
using System.Text.Json.Nodes;
using EmotionLlama.Checkpoints;
using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Verification;

/// <summary>The Hugging Face folders of the Llama: its sizes in every form of <c>config.json</c>, and its weights in
/// safetensors and in <c>.bin</c> shards.</summary>
internal sealed class LlamaChecks : ICheckFamily
{
    private const string Folder = "llama";
    private const string HalfFolder = "llama_bin";
    private const string FullConfig = "llama_config_full.json";

    /// <summary>float16 keeps 11 binary digits, so rounding to nearest moves a number by at most 2⁻¹¹ of it.</summary>
    private const double HalfRounding = 1.0 / (1 << 11);

    /// <inheritdoc/>
    public string Name => "llama";

    /// <inheritdoc/>
    public IEnumerable<ReferenceCheck> ChecksOf(ReferenceFolder folder)
    {
        yield return new("llama_config", 0, () => CompareSizes(folder));
        yield return new("llama_config_older_keys", 0, () => CompareOlderKeys(folder));
        yield return new("llama_weights", 0, () => CompareWeights(folder));
        yield return new("llama_bin", HalfRounding, () => CompareHalf(folder));
    }

    private static LlamaConfig Config(ReferenceFolder folder, string name) =>
        LlamaConfig.Read(folder.Find(Path.Combine(name, "config.json")));

    private static Deviation CompareSizes(ReferenceFolder folder)
    {
        var config = Config(folder, Folder);
        var sizes = folder.Expected.Dims;
        return Deviation.Sum(
        [
            Compare.Equal("hidden_size", config.HiddenSize, sizes.Hidden),
            Compare.Equal("num_hidden_layers", config.Layers, sizes.Layers),
            Compare.Equal("num_attention_heads", config.Heads, sizes.Heads),
            File.Exists(Path.Combine(folder.Location, FullConfig))
                ? Compare.Equal(FullConfig, LlamaConfig.Read(folder.Find(FullConfig)), config)
                : default,
        ]);
    }

    /// <summary>Writes the rotary settings as older versions of transformers did; they must mean the same.</summary>
    private static Deviation CompareOlderKeys(ReferenceFolder folder)
    {
        var path = folder.Find(Path.Combine(Folder, "config.json"));
        var config = LlamaConfig.Read(path);
        var isScaled = config.RopeFactor != 1;
        var older = JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        older.Remove("rope_parameters");
        older["rope_theta"] = config.RopeTheta;
        older["rope_scaling"] = isScaled
            ? new JsonObject { ["type"] = "linear", ["factor"] = config.RopeFactor }
            : null;
        var withKeys = Compare.Equal("config.json with rope_theta and rope_scaling", Parse(older), config);
        if (isScaled || config.RopeTheta != 10_000)
            return withKeys;

        older.Remove("rope_theta");
        older.Remove("rope_scaling");
        return Deviation.Sum([withKeys, Compare.Equal("config.json without rotary keys", Parse(older), config)]);

        LlamaConfig Parse(JsonObject json) => LlamaConfig.Parse(json.Deserialize<JsonElement>(), path);
    }

    private static Deviation CompareWeights(ReferenceFolder folder)
    {
        using var stored = new HuggingFaceFolder(folder.Find(Folder));
        using var llama = new Llama(
            Config(folder, Folder), new WeightReader(stored, folder.Device, ScalarType.Float32), new LoraSettings { Rank = 0 });
        var weights = llama.FrozenWeights.ToList();
        var names = Compare.SameNames(Folder, weights.Select(weight => weight.Name), stored.Names.Where(IsWeight));
        return Deviation.Worst(
            weights.Select(weight => Compare.Absolute(weight.Name, weight.Value, stored.Read(weight.Name)))
                .Append(names));

        // Older files also keep the rotary frequencies, which follow from config.json.
        static bool IsWeight(string name) => !name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal);
    }

    private static Deviation CompareHalf(ReferenceFolder folder)
    {
        var sizes = Compare.Equal($"{HalfFolder}/config.json", Config(folder, HalfFolder), Config(folder, Folder));
        if (sizes.Error > 0)
            return sizes;

        using var full = new HuggingFaceFolder(folder.Find(Folder));
        using var half = new HuggingFaceFolder(folder.Find(HalfFolder));
        var names = Compare.SameNames(HalfFolder, half.Names, full.Names);
        return names.Error > 0
            ? names
            : Deviation.Worst(full.Names.Select(
                name => Compare.HalfRounding(name, half.Read(name), full.Read(name))));
    }
}
