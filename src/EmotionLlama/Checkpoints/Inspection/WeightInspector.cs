using System.Text.Json;
using System.Text.Json.Nodes;

namespace EmotionLlama.Checkpoints.Inspection;

/// <summary>Says what is in a file or folder of weights, without reading the values of its tensors.</summary>
public static class WeightInspector
{
    private const string PeftConfig = "adapter_config.json";
    private const string FolderConfig = "config.json";

    private static readonly string[] PeftFiles = ["adapter_model.safetensors", "adapter_model.bin"];

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

        return File.Exists(Path.Combine(path, PeftConfig)) ? InspectPeft(path) : InspectFolder(path);
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
        return new InspectionReport
        {
            Path = path,
            Kind = KindOf(path),
            Bytes = new FileInfo(path).Length,
            Uses = uses,
            Missing = missing,
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
        var content = new WeightContent(tensors);
        var missing = LlamaFolder.WhatIsMissing(path, content);
        return new InspectionReport
        {
            Path = path,
            Kind = StoredKind.HuggingFaceFolder,
            Bytes = FolderBytes(path),
            Uses = missing.Count == 0 ? [WeightUse.Llama] : [],
            Missing = missing,
            Lora = content.Lora,
            Config = ReadJson(Path.Combine(path, FolderConfig)),
            Tensors = tensors,
        };
    }

    private static InspectionReport InspectPeft(string path)
    {
        var file = PeftFiles.Select(name => Path.Combine(path, name)).FirstOrDefault(File.Exists)
            ?? throw new InputException($"{path}: has {PeftConfig} but neither of {string.Join(", ", PeftFiles)}");
        using var weights = WeightSources.Open(file);
        var tensors = Describe(weights);
        return new InspectionReport
        {
            Path = path,
            Kind = StoredKind.PeftFolder,
            Bytes = FolderBytes(path),
            Uses = [],
            Missing = ["an adapter of peft holds no projections and is no model.ckpt: that is a checkpoint of a run"],
            Lora = new WeightContent(tensors).Lora,
            Metadata = (weights as SafetensorsFile)?.Metadata ?? new Dictionary<string, string>(),
            Config = ReadJson(Path.Combine(path, PeftConfig)),
            Tensors = tensors,
        };
    }

    private static (IReadOnlyList<WeightUse> Uses, IReadOnlyList<string> Missing) FileUses(
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
                missing.Add("the exact state of the run: training can start from it, but not go on where it stopped");
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
