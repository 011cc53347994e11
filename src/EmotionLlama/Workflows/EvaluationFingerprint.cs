using System.Globalization;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Runtime;

namespace EmotionLlama.Workflows;

/// <summary>Everything that the answers of an evaluation depend on, each thing by its name in the recipe. Files count by
/// their content, wherever they lie. Pictures and features of the clips are left out: they are too many.</summary>
internal sealed class EvaluationFingerprint
{
    private readonly Recipe _recipe;
    private readonly Dictionary<string, string> _model;

    /// <summary>Reads the model's files.</summary>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public EvaluationFingerprint(Recipe recipe)
    {
        _recipe = recipe;
        var model = recipe.Model;
        var device = ComputeDevice.Choose(recipe.Run.Device);
        _model = new Dictionary<string, string>
        {
            ["model.ckpt"] = OfFile(model.Ckpt),
            ["model.llama_model"] = FileFingerprint.OfModel(model.LlamaModel),
            ["model.vit_model"] = OfFile(model.VitModelFile),
            ["model.vit_num_heads"] = Text(model.VitNumHeads),
            ["model.image_size"] = Text(model.ImageSize),
            ["model.max_context_len"] = Text(model.MaxContextLen),
            ["model.prompt_template"] = model.PromptTemplate,
            ["model.chat_template"] = Text(model.ChatTemplate),
            ["model.prompt_style"] = Text(model.PromptStyle),
            ["model.lora_r"] = Text(model.LoraR),
            ["model.lora_alpha"] = Text(model.LoraAlpha),
            ["model.lora_target_modules"] = string.Join(' ', model.LoraTargetModules),
            ["run.seed"] = Text(recipe.Run.Seed),
            ["run.device"] = device.type.ToString().ToLowerInvariant(),
            ["run.amp"] = ComputeDevice.Precision(recipe.Run.Amp, device).ToString().ToLowerInvariant(),
        };
        if (model.FrozenWeights != FrozenFormat.Auto)
            _model.Add("model.frozen_weights", Text(model.FrozenWeights));

        foreach (var (key, value) in RawClips.Describe(recipe.Features))
            _model.Add(key, value);
    }

    /// <summary>What the answers of a pass depend on.</summary>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public IReadOnlyDictionary<string, string> Of(EvaluationSet set, MerrDataset clips)
    {
        var evaluation = $"evaluation_datasets.{set.Name}.";
        var reading = $"datasets.{set.Name}.";
        var entry = set.Entry;
        return new Dictionary<string, string>(_model)
        {
            [evaluation + "eval_file_path"] = OfFile(entry.EvalFilePath),
            [evaluation + "max_new_tokens"] = Text(entry.MaxNewTokens),
            [evaluation + "batch_size"] = Text(entry.BatchSize),
            [evaluation + "num_beams"] = Text(entry.NumBeams),
            [evaluation + "do_sample"] = Text(entry.DoSample),
            [evaluation + "temperature"] = Text(entry.Temperature),
            [evaluation + "top_p"] = Text(entry.TopP),
            [reading + "build_info.transcription_path"] = OfFile(clips.Texts.Transcripts?.Path),
            [reading + "task_pool"] = string.Join(
                ' ', clips.Recipe.TaskPool.Select(task => $"{task.Key}={Text(task.Value)}")),
            [reading + "instruction_pool"] = OfFile(clips.Recipe.InstructionPool),
            [reading + "withhold"] = string.Join(' ', clips.Recipe.Withhold),
        };
    }

    private static string OfFile(string? path) => string.IsNullOrEmpty(path) ? "none" : FileFingerprint.Of(path);

    private static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
