using System.Globalization;
using EmotionLlama.Models;

namespace EmotionLlama.Checkpoints.Inspection;

/// <summary>What the names and shapes of tensors say about the models they belong to.</summary>
internal sealed class WeightContent
{
    private const string EmbeddingName = "model.embed_tokens.weight";
    private const string PatchName = "patch_embed.proj.weight";
    private const string BlockPrefix = "blocks.";

    private static readonly string[] AllProjections =
        ["llama_proj", "feats_llama_proj1", "feats_llama_proj2", "feats_llama_proj3", "cls_tk_llama_proj"];

    private readonly OrderedDictionary<string, TensorDescription> _tensors = new(StringComparer.Ordinal);

    /// <summary>Looks at tensors, whatever version of peft named them.</summary>
    public WeightContent(IEnumerable<TensorDescription> tensors)
    {
        foreach (var tensor in tensors)
            _tensors.TryAdd(PeftNames.Normalize(tensor.Name), tensor);
    }

    /// <summary>The LoRA matrices; null where there are none.</summary>
    public LoraDescription? Lora
    {
        get
        {
            var matrices = _tensors.Where(tensor => tensor.Key.EndsWith(PeftNames.ASuffix, StringComparison.Ordinal))
                .Select(tensor => (Parts: tensor.Key.Split('.'), tensor.Value.Shape))
                .Where(matrix => matrix.Parts.Length > 2 && matrix.Shape.Count == 2)
                .ToList();
            return matrices.Count == 0
                ? null
                : new LoraDescription(
                    [.. matrices.Select(matrix => matrix.Shape[0]).Distinct()],
                    [.. matrices.Select(matrix => matrix.Parts[^3]).Distinct()],
                    matrices.Select(matrix => LayerOf(matrix.Parts)).Distinct().Count());
        }
    }

    /// <summary>The projections that are there with weight and bias.</summary>
    public IReadOnlyList<string> Projections =>
        [.. AllProjections.Where(name => Has($"{name}.weight") && Has($"{name}.bias"))];

    /// <summary>Whether there are weights that tuning trains.</summary>
    public bool HasTrainedWeights => Projections.Count > 0 || HasTrainedLora;

    /// <summary>What a starting point of training may lack, for people.</summary>
    public IEnumerable<string> MissingTrainedWeights
    {
        get
        {
            if (!HasTrainedLora)
                yield return "LoRA matrices: they start fresh";

            foreach (var name in AllProjections.Except(Projections))
                yield return $"{name}: it starts fresh";

            if (!Has("ln_vision.weight"))
            {
                yield return "ln_vision: the normalization behind the vision tower has weight 1 and bias 0, unless the "
                    + "tower's file holds it";
            }
        }
    }

    /// <summary>Whether there is a Llama.</summary>
    public bool HasLlama => Has(EmbeddingName);

    /// <summary>Whether there is an EVA vision tower.</summary>
    public bool HasVisionTower => Has(PatchName);

    /// <summary>What a vision tower lacks, for people.</summary>
    public IReadOnlyList<string> MissingVisionWeights
    {
        get
        {
            if (_tensors[PatchName].Shape is not [var channels, _, var patch, _] || patch == 0)
                return [$"{PatchName} of the shape [channels, 3, patch, patch]"];

            // A name may claim any number of blocks; there cannot be more than tensors.
            var blocks = Math.Min(_tensors.Keys.Max(BlockOf) + 1, _tensors.Count);
            var names = RandomWeights.ForVision(channels, channels, blocks, (int)patch, (int)patch, seed: 0).Names;
            return [.. names.Where(name => !Has(name)).Select(name => $"{name}: the vision tower is incomplete")];
        }
    }

    /// <summary>The tensors of a vision tower's file that are not used.</summary>
    public IReadOnlyList<string> UnusedVisionWeights
    {
        get
        {
            if (_tensors[PatchName].Shape is not [var channels, _, var patch, _] || patch == 0)
                return [];

            var used = RandomWeights
                .ForVision(channels, channels, EvaVisionTransformer.MostBlocks, (int)patch, (int)patch, seed: 0)
                .Names.ToHashSet();
            return
            [
                .. _tensors.Keys.Where(name =>
                    !used.Contains(name) && !name.StartsWith($"{VisionNorm.Name}.", StringComparison.Ordinal)),
            ];
        }
    }

    /// <summary>Whether there are LoRA matrices of an Emotion-LLaMA's Llama.</summary>
    public bool HasTrainedLora => _tensors.Keys.Any(name =>
        name.StartsWith(PeftNames.CheckpointPrefix, StringComparison.Ordinal)
        && name.EndsWith(PeftNames.ASuffix, StringComparison.Ordinal));

    /// <summary>What a Llama of given sizes lacks, for people.</summary>
    public IReadOnlyList<string> MissingLlamaWeights(LlamaConfig config)
    {
        if (config.Layers > _tensors.Count)
            return [$"most of the {config.Layers} layers that config.json names: the Llama is incomplete"];

        var needed = RandomWeights.ForLlama(config, seed: 0);
        return
        [
            .. needed.Names.Where(name => !Has(name)).Select(name => $"{name}: the Llama is incomplete"),
            .. needed.Names.Where(name => Has(name) && !_tensors[name].Shape.SequenceEqual(needed.ShapeOf(name)!))
                .Select(name => $"{name} of the shape [{string.Join(", ", needed.ShapeOf(name)!)}], as config.json "
                    + $"says; it is [{string.Join(", ", _tensors[name].Shape)}]"),
        ];
    }

    private bool Has(string name) => _tensors.ContainsKey(name);

    private static string LayerOf(string[] parts)
    {
        var at = Array.LastIndexOf(parts, "layers");
        return at < 0 ? "" : string.Join('.', parts[..(at + 2)]);
    }

    private static int BlockOf(string name)
    {
        if (!name.StartsWith(BlockPrefix, StringComparison.Ordinal))
            return -1;

        var number = name.AsSpan(BlockPrefix.Length);
        var end = number.IndexOf('.');
        return end > 0 && int.TryParse(number[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var block)
            ? block
            : -1;
    }
}
