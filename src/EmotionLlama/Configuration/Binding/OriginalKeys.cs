using YamlDotNet.RepresentationModel;

namespace EmotionLlama.Configuration.Binding;

/// <summary>Keys of the original project's recipes that have nothing to do here. They are accepted, so that its files
/// load as they are, and each is noted with the reason.</summary>
internal static class OriginalKeys
{
    private const string Processes = "one process trains on one device";
    private const string Registered = "it names a class of the original project";

    private static readonly Dictionary<string, string> Reasons = new()
    {
        ["model.model_type"] = Registered,
        ["model.low_resource"] = "frozen_weights: fp8 or nf4 is how the Llama takes less memory here",
        ["model.freeze_vit"] = "the vision tower is always frozen",
        ["model.vit_precision"] = "run.amp sets the precision of the vision tower too",
        ["model.drop_path_rate"] = "the vision tower is frozen and drops no paths",
        ["model.use_grad_checkpoint_llm"] = "use_grad_checkpoint is for the Llama and the vision tower",
        ["model.prompt"] = "instructions come from the tasks' pools",
        ["datasets.*.data_type"] = "every data set has the files of MERR",
        ["datasets.*.type"] = "a data set's settings are in the recipe itself",
        ["run.task"] = Registered,
        ["run.runner"] = Registered,
        ["run.name"] = "run.output_dir is what a run is known by",
        ["run.job_name"] = "run.output_dir is what a run is known by",
        ["run.world_size"] = Processes,
        ["run.dist_url"] = Processes,
        ["run.dist_backend"] = Processes,
        ["run.distributed"] = Processes,
        ["run.use_dist_eval_sampler"] = Processes,
        ["run.gpu"] = "run.device chooses the GPU",
        ["run.wandb_log"] = "metrics are logged to run.output_dir, as JSON lines and for TensorBoard",
        ["run.train_splits"] = "all data sets under datasets are trained on",
        ["run.valid_splits"] = "data to test on is under evaluation_datasets",
        ["run.test_splits"] = "data to test on is under evaluation_datasets",
        ["run.evaluate"] = "the verb says whether to train or to evaluate",
        ["preprocess"] = "each data set has processors of its own",
        ["env"] = "nothing is downloaded or cached",
    };

    /// <summary>Why a key has nothing to do here; null where it is none of the original's, or has.</summary>
    public static string? ReasonToIgnore(string key, YamlNode value)
    {
        if (key == "model.vit_model" && value is YamlScalarNode { Value: "eva_clip_g" })
            return "EVA ViT-g is the only vision tower; its file is looked for beside llama_model";

        var names = key.Split('.');
        if (names is ["datasets", _, ..])
            names[1] = "*";

        return Reasons.GetValueOrDefault(string.Join('.', names));
    }
}
