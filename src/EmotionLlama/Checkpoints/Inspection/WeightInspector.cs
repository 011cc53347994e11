using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EmotionLlama.Checkpoints.Inspection;

/// <summary>Says what is in a file or folder of weights, without reading the values of its tensors.</summary>
public static class WeightInspector
{
    private const string FolderConfig = "config.json";
    private const string NoState =
        "the exact state of the run: training can start from it, but not go on where it stopped";

    /// <summary>Inspects a file or folder; its kind is told by its content.</summary>
    /// <param name="path">A safetensors file, a PyTorch checkpoint, or a folder of Hugging Face's transformers or peft.
    /// </param>
    /// <exception cref="InputException">There is nothing there, or it is damaged, hostile or of another kind.
    /// </exception>
    public static InspectionReport Inspect(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!Directory.Exists(path))
            return InspectFile(path);

        return PeftFolder.IsAt(path) ? InspectPeft(path) : InspectFolder(path);
    }

    private static InspectionReport InspectFile(string path)
    {
        using var weights = WeightSources.Open(path);
        var tensors = Describe(weights);
        var content = new WeightContent(tensors);
        var checkpoint = weights as TorchCheckpoint;
        var entries = EntriesOf(checkpoint);
        var resumes = entries.ContainsKey(CheckpointEntries.ResumeState);
        var (uses, missing) = FileUses(content, resumes, entries.ContainsKey(CheckpointEntries.Average));
        var alpha = StatedLora.Of(weights).Alpha;
        if (content.HasTrainedLora && alpha is null)
            missing.Add("LoRA's alpha: model.lora_alpha must be that of its run");
        return new InspectionReport
        {
            Path = path,
            Kind = KindOf(path),
            Bytes = new FileInfo(path).Length,
            Uses = uses,
            Missing = missing,
            Notes = [.. FileNotes(content, uses, alpha)],
            Lora = content.Lora,
            Projections = content.Projections,
            Epoch = entries.GetValueOrDefault("epoch") as long?,
            AverageOf = PartsOfAverage(entries),
            OptimizerStates = CountMoments(entries),
            Entries = [.. entries.Keys.OfType<string>()],
            Metadata = (weights as SafetensorsFile)?.Metadata ?? new Dictionary<string, string>(),
            Config = entries.TryGetValue("config", out var config) ? CheckpointJson.From(config) : null,
            Tensors = tensors,
        };
    }

    private static InspectionReport InspectFolder(string path)
    {
        using var weights = new HuggingFaceFolder(path);
        var tensors = Describe(weights);
        var config = ReadJson(Path.Combine(path, FolderConfig));
        if (EncoderFolder.Of(path, config, tensors) is { } encoder)
        {
            return new InspectionReport
            {
                Path = path,
                Kind = StoredKind.HuggingFaceFolder,
                Bytes = FolderBytes(path),
                Uses = encoder.Missing.Count == 0 ? [encoder.Use] : [],
                Missing = encoder.Missing,
                Notes = encoder.Notes,
                Config = config,
                Tensors = tensors,
            };
        }

        var content = new WeightContent(tensors);
        var missing = LlamaFolder.WhatIsMissing(path, content);
        return new InspectionReport
        {
            Path = path,
            Kind = StoredKind.HuggingFaceFolder,
            Bytes = FolderBytes(path),
            Uses = missing.Count == 0 ? [WeightUse.Llama] : [],
            Missing = missing,
            Notes = File.Exists(Path.Combine(path, PeftFolder.ProjectionsFile))
                ? [$"LoRA is merged into it; its projections lie beside it: model.lora_r: 0, model.ckpt: "
                    + Path.Combine(path, PeftFolder.ProjectionsFile)]
                : [],
            Lora = content.Lora,
            Config = config,
            Tensors = tensors,
        };
    }

    private static InspectionReport InspectPeft(string path)
    {
        using var folder = PeftFolder.Open(path);
        var tensors = Describe(folder);
        var content = new WeightContent(tensors);
        var isUsable = folder.Problem is null && content.HasTrainedWeights;
        return new InspectionReport
        {
            Path = path,
            Kind = StoredKind.PeftFolder,
            Bytes = FolderBytes(path),
            Uses = isUsable ? [WeightUse.StartingPoint] : [],
            Missing = folder.Problem is { } problem ? [problem] : [.. content.MissingTrainedWeights, NoState],
            Notes = isUsable ? [.. PeftNotes(folder.Config)] : [],
            Lora = content.Lora,
            Projections = content.Projections,
            Config = ReadJson(Path.Combine(path, PeftConfig.FileName)),
            Tensors = [.. tensors.Select(tensor => tensor with { Name = folder.StoredName(tensor.Name) })],
        };
    }

    private static IEnumerable<string> PeftNotes(PeftConfig config)
    {
        if (config.BaseModel is { } llama)
            yield return $"it adapts the Llama {llama}";

        yield return $"as model.ckpt it needs {string.Join(", ", PeftFolder.RecipeKeys(config.Lora))}";
    }

    private static (IReadOnlyList<WeightUse> Uses, List<string> Missing) FileUses(
        WeightContent content, bool resumes, bool averaged)
    {
        List<WeightUse> uses = [];
        List<string> missing = [];
        if (content.HasTrainedWeights)
        {
            uses.Add(WeightUse.StartingPoint);
            missing.AddRange(content.MissingTrainedWeights);
            if (resumes)
                uses.Add(WeightUse.Resume);
            else if (averaged)
                missing.Add("optimizer and position, which averages do not have: training can start from it, no more");
            else
                missing.Add(NoState);
        }

        if (content.HasVisionTower)
        {
            var lacking = content.MissingVisionWeights;
            missing.AddRange(lacking);
            if (lacking.Count == 0)
                uses.Add(WeightUse.VisionTower);
        }

        if (content.HasLlama)
            missing.Add("a folder: model.llama_model is one with config.json, tokenizer.model and the weights");

        return (uses, missing);
    }

    private static IEnumerable<string> FileNotes(
        WeightContent content, IReadOnlyList<WeightUse> uses, double? alpha)
    {
        if (content.HasTrainedLora && alpha is not null)
            yield return string.Create(CultureInfo.InvariantCulture, $"its settings say model.lora_alpha: {alpha}");

        if (uses.Contains(WeightUse.VisionTower) && content.UnusedVisionWeights is { Count: > 0 } unused)
            yield return $"not used: {TensorGroup.Join(unused)}";
    }

    private static List<TensorDescription> Describe(IOpenWeights weights) =>
        [.. weights.Names.Select(name => weights.Describe(name)!)];

    private static StoredKind KindOf(string path)
    {
        using var file = CheckpointFile.Open(path);
        return FileKinds.Detect(file) switch
        {
            FileKind.Safetensors => StoredKind.Safetensors,
            FileKind.Zip => StoredKind.TorchZip,
            _ => StoredKind.TorchLegacy,
        };
    }

    /// <summary>The top of a checkpoint of a training run; empty where the top is the tensors.</summary>
    private static OrderedDictionary<object, object?> EntriesOf(TorchCheckpoint? checkpoint) =>
        checkpoint?.Root is OrderedDictionary<object, object?> root && !root.Values.Any(value => value is StoredTensor)
            ? root
            : [];

    private static IReadOnlyList<AveragePart> PartsOfAverage(OrderedDictionary<object, object?> entries) =>
        entries.GetValueOrDefault(CheckpointEntries.Average) is OrderedDictionary<object, object?> average
        && average.GetValueOrDefault("checkpoints") is List<object?> parts
            ?
            [
                .. parts.OfType<OrderedDictionary<object, object?>>().Select(part => new AveragePart(
                    $"{part.GetValueOrDefault("file")}",
                    part.GetValueOrDefault("epoch") as long?,
                    part.GetValueOrDefault("share") as double? ?? 0)),
            ]
            : [];

    private static int? CountMoments(OrderedDictionary<object, object?> entries) =>
        entries.GetValueOrDefault("optimizer") is OrderedDictionary<object, object?> optimizer
        && optimizer.GetValueOrDefault("state") is OrderedDictionary<object, object?> state
            ? state.Count
            : null;

    private static long FolderBytes(string path) =>
        new DirectoryInfo(path).EnumerateFiles().Sum(file => file.Length);

    private static JsonNode? ReadJson(string path)
    {
        try
        {
            return File.Exists(path) ? JsonNode.Parse(File.ReadAllBytes(path)) : null;
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}: not JSON: {e.Message.ReplaceLineEndings(" ")}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}
