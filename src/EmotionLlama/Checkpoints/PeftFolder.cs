using System.Globalization;
using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>
/// An adapter's folder of the library peft, with the trained weights that are no LoRA matrices in a file of ours beside
/// it. Together they are a checkpoint: names are those of the original's checkpoints.
/// </summary>
public sealed class PeftFolder : IOpenWeights
{
    /// <summary>The file of the LoRA matrices, as peft names it.</summary>
    public const string AdapterFile = "adapter_model.safetensors";

    /// <summary>The file of the projections, and whatever else was trained beside LoRA. peft does not look at it.
    /// </summary>
    public const string ProjectionsFile = "emotion_llama_projections.safetensors";

    private const string OldAdapterFile = "adapter_model.bin";

    private readonly IOpenWeights _adapter;
    private readonly IOpenWeights? _projections;
    private readonly OrderedDictionary<string, (IOpenWeights File, string Name)> _tensors =
        new(StringComparer.Ordinal);

    private PeftFolder(string path, PeftConfig config, IOpenWeights adapter, IOpenWeights? projections)
    {
        (Location, Config, _adapter, _projections) = (path, config, adapter, projections);
        foreach (var name in adapter.Names)
            Add($"llama_model.{name}", adapter, name);

        foreach (var name in projections?.Names ?? [])
            Add(name, projections!, name);
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <summary>The adapter's settings.</summary>
    public PeftConfig Config { get; }

    /// <summary>Whether the file of the projections is there.</summary>
    public bool HasProjections => _projections is not null;

    /// <summary>Why the adapter cannot be used here; null where it can.</summary>
    public string? Problem
    {
        get
        {
            if (Config.Unsupported is { } setting)
                return $"{PeftConfig.FileName} sets {setting}, which is not supported";

            var wrong = _adapter.Names.FirstOrDefault(name =>
                PeftNames.Normalize(name).EndsWith(PeftNames.ASuffix, StringComparison.Ordinal)
                && (_adapter.ShapeOf(name) is not [var rank, _] || rank != Config.Lora.Rank));
            return wrong is null
                ? null
                : $"{PeftConfig.FileName} gives the rank {Config.Lora.Rank}, but `{wrong.Printable()}` has the shape "
                    + $"[{string.Join(", ", _adapter.ShapeOf(wrong)!)}]";
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>Whether a folder is an adapter's.</summary>
    public static bool IsAt(string path) => File.Exists(Path.Combine(path, PeftConfig.FileName));

    /// <summary>Opens a folder. Whether the adapter can be used here is <see cref="Problem"/>.</summary>
    /// <exception cref="InputException">A file is missing or damaged.</exception>
    public static PeftFolder Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var config = PeftConfig.Read(Path.Combine(path, PeftConfig.FileName));
        var file = ((string[])[AdapterFile, OldAdapterFile])
            .FirstOrDefault(name => File.Exists(Path.Combine(path, name)))
            ?? throw new InputException(
                $"{path}: has {PeftConfig.FileName} but neither of {AdapterFile}, {OldAdapterFile}");
        var beside = Path.Combine(path, ProjectionsFile);
        var adapter = WeightSources.Open(Path.Combine(path, file));
        IOpenWeights? projections = null;
        try
        {
            projections = File.Exists(beside) ? WeightSources.Open(beside) : null;
            return new PeftFolder(path, config, adapter, projections);
        }
        catch
        {
            adapter.Dispose();
            projections?.Dispose();
            throw;
        }
    }

    /// <summary>Checks that a model's LoRA computes what this adapter means: the matrices alone do not say by how much
    /// their product is scaled.</summary>
    /// <exception cref="InputException">Rank, alpha or targets differ.</exception>
    public void CheckSuits(LoraSettings model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var lora = Config.Lora;
        if (model.Rank == lora.Rank && model.Alpha == lora.Alpha && lora.Targets.All(model.Covers))
            return;

        throw new InputException($"{Location}: is an adapter of other LoRA settings than the recipe's; set "
            + string.Join(", ", RecipeKeys(lora)));
    }

    /// <summary>The recipe's keys and values that suit an adapter.</summary>
    internal static IEnumerable<string> RecipeKeys(LoraSettings lora)
    {
        yield return $"model.lora_r: {lora.Rank}";
        yield return string.Create(CultureInfo.InvariantCulture, $"model.lora_alpha: {lora.Alpha}");
        if (lora.Targets.Count > 0)
            yield return $"model.lora_target_modules: [{string.Join(", ", lora.Targets)}]";
    }

    /// <summary>The name that a tensor has in its file.</summary>
    internal string StoredName(string name) => _tensors[name].Name;

    /// <inheritdoc/>
    public IReadOnlyList<long>? ShapeOf(string name) =>
        _tensors.TryGetValue(name, out var stored) ? stored.File.ShapeOf(stored.Name) : null;

    /// <inheritdoc/>
    public TensorDescription? Describe(string name) => _tensors.TryGetValue(name, out var stored)
        ? stored.File.Describe(stored.Name)! with { Name = name }
        : null;

    /// <inheritdoc/>
    public Tensor Read(string name) =>
        _tensors.TryGetValue(name, out var stored) ? stored.File.Read(stored.Name) : throw MissingTensor.In(this, name);

    /// <inheritdoc/>
    public StoredValues? Locate(string name) =>
        _tensors.TryGetValue(name, out var stored) ? stored.File.Locate(stored.Name) : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _adapter.Dispose();
        _projections?.Dispose();
    }

    private void Add(string name, IOpenWeights file, string stored)
    {
        if (!_tensors.TryAdd(name, (file, stored)))
            throw new InputException($"{file.Location}: the tensor `{name.Printable()}` is in the adapter's file, too");
    }
}
