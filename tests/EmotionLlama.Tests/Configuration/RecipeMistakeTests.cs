using EmotionLlama.Configuration;

namespace EmotionLlama.Tests.Configuration;

/// <summary>Each mistake is one line with the file, the line, the key and what to do.</summary>
public sealed class RecipeMistakeTests : IDisposable
{
    private readonly RecipeFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("warmup_step: 10", "unknown key 'run.warmup_step'; did you mean 'warmup_steps'?")]
    [InlineData("ouptut_dir: x", "unknown key 'run.ouptut_dir'; did you mean 'output_dir'?")]
    [InlineData("lora_r: 8", "unknown key 'run.lora_r'; did you mean 'model.lora_r'?")]
    [InlineData("batch_size: 8", "unknown key 'run.batch_size'; did you mean 'datasets.*.batch_size'?")]
    [InlineData("max_epoch: many", "run.max_epoch must be a whole number of 1 or more, not 'many'")]
    [InlineData("max_epoch: 2.5", "run.max_epoch must be a whole number of 1 or more, not '2.5'")]
    [InlineData("max_epoch: 3000000000", "run.max_epoch must be a whole number of 1 or more, not '3000000000'")]
    [InlineData("max_epoch: null", "run.max_epoch must be a whole number of 1 or more, not null")]
    [InlineData("max_epoch: [1]", "run.max_epoch must be a whole number of 1 or more, not a list")]
    [InlineData("max_epoch: {a: 1}", "run.max_epoch must be a whole number of 1 or more, not a section of keys")]
    [InlineData("init_lr: -1e-5", "run.init_lr must be a number of 0 or more, not '-1e-5'")]
    [InlineData("init_lr: .inf", "run.init_lr must be a number of 0 or more, not '.inf'")]
    [InlineData("init_lr: NaN", "run.init_lr must be a number of 0 or more, not 'NaN'")]
    [InlineData("beta2: 1", "run.beta2 must be a number from 0 to less than 1, not '1'")]
    [InlineData("lr_sched: cosine",
        "run.lr_sched must be one of linear_warmup_cosine_lr, linear_warmup_step_lr, "
            + "constant, constant_lr, not 'cosine'")]
    [InlineData("amp: half", "run.amp must be one of true, auto, fp32, false, bf16, fp16, not 'half'")]
    [InlineData("device: gpu", "run.device must be cpu, cuda or cuda:N, not 'gpu'")]
    [InlineData("output_dir: ''", "run.output_dir must be a folder, not ''")]
    [InlineData("stages: 3", "run.stages must be a list of sections, not '3'")]
    public void A_key_or_value_of_the_run_that_cannot_be(string line, string message)
    {
        Assert.Equal($"recipe.yaml:5: {message}", _folder.Refusal($"{RecipeFolder.Least}run:\n  seed: 1\n  {line}\n"));
    }

    [Theory]
    [InlineData("lora_r: -1", "model.lora_r must be a whole number of 0 or more, not '-1'")]
    [InlineData("lora_alpha: 0", "model.lora_alpha must be a number above 0, not '0'")]
    [InlineData("dropout: 1.5", "model.dropout must be a number from 0 to less than 1, not '1.5'")]
    [InlineData("use_grad_checkpoint: maybe",
        "model.use_grad_checkpoint must be one of false, selective, true, not 'maybe'")]
    [InlineData("prompt_template: hello",
        "model.prompt_template must be text with {} where the instruction goes, not 'hello'")]
    [InlineData("arch: llava", "model.arch must be minigpt_v2, not 'llava'")]
    [InlineData("lora_target_modules: []", "model.lora_target_modules must not be empty")]
    [InlineData("lora_target_modules: q_proj",
        "model.lora_target_modules must be a list, such as [a, b], not 'q_proj'")]
    [InlineData("lora_target_modules: [w_proj]",
        "model.lora_target_modules.0 must be one of q_proj, k_proj, v_proj, o_proj, "
            + "gate_proj, up_proj, down_proj, not 'w_proj'")]
    public void A_value_of_the_model_that_cannot_be(string line, string message)
    {
        Assert.Equal($"recipe.yaml:2: {message}", _folder.Refusal($"model:\n  {line}\n"));
    }

    [Theory]
    [InlineData("batch_size: 0", "batch_size must be a whole number of 1 or more, not '0'")]
    [InlineData("augmentation_prob: 1.01", "augmentation_prob must be a number from 0 to 1, not '1.01'")]
    [InlineData("caption: none", "caption must be one of use, empty, not 'none'")]
    [InlineData("withhold: [face, smell]",
        "withhold.1 must be one of face, image, face_mae, video, voice, words, not 'smell'")]
    [InlineData("task_pool: []", "task_pool must not be empty")]
    [InlineData("task_pool: {}", "task_pool must not be empty")]
    [InlineData("task_pool: reason", "task_pool must be names, or name: weight, not 'reason'")]
    [InlineData("task_pool: {reason: -1}", "task_pool.reason must be a number of 0 or more, not '-1'")]
    [InlineData("task_pool: {reason: 0}", "task_pool: every weight is 0, so no task is drawn; raise one")]
    [InlineData("vis_processor: {train: {name: blip}}",
        "vis_processor.name must be one of blip2_image_train, blip2_image_eval, blip_caption, not 'blip'")]
    [InlineData("vis_processor: {train: {name: blip_caption}}",
        "vis_processor: blip_caption prepares answers, not pictures")]
    [InlineData("text_processor: {name: blip2_image_eval}",
        "text_processor: blip2_image_eval prepares pictures, not answers")]
    [InlineData("vis_processor: {train: {image_size: 224}}",
        "vis_processor.image_size: is 224 where model.image_size is 448; make them equal")]
    public void A_value_of_a_data_set_that_cannot_be(string line, string message)
    {
        Assert.Equal(
            $"recipe.yaml:5: datasets.clips.{message}",
            _folder.Refusal($"{RecipeFolder.Least}datasets:\n  clips:\n    {line}\n"));
    }

    [Theory]
    [InlineData("epochs: 0-10", "recipe.yaml:5: run.stages: the stages end with epoch 10 where run.max_epoch is 30; "
        + "make them equal")]
    [InlineData("epochs: 1-30",
        "recipe.yaml:6: run.stages.0: epochs 1-30 must begin with 0, where the stage before ends")]
    [InlineData("epochs: 0-0", "recipe.yaml:6: run.stages.0: epochs 0-0 are none; "
        + "END is the epoch after the last")]
    [InlineData("epochs: all",
        "recipe.yaml:6: run.stages.0.epochs must be FIRST-END, such as 0-15 for the first 15 epochs")]
    [InlineData("init_lr: 1", "recipe.yaml:6: the key 'run.stages.0.first_epoch' is missing")]
    public void Stages_that_do_not_cover_the_epochs(string keys, string message)
    {
        var refusal = _folder.Refusal(
            $"{RecipeFolder.Least}run:\n  max_epoch: 30\n  stages:\n    - {{name: a, {keys}}}\n");

        Assert.StartsWith(message, refusal);
    }

    [Fact]
    public void Stages_that_overlap()
    {
        Assert.Contains(
            "recipe.yaml:6: run.stages.1: epochs 9-30 must begin with 10",
            _folder.Refusal($"{RecipeFolder.Least}run:\n  stages:\n"
                + "    - {name: a, epochs: 0-10}\n    - {name: b, epochs: 9-30}\n"));
    }

    [Theory]
    [InlineData("run: {}\n", "recipe.yaml:1: the key 'model' is missing")]
    [InlineData("model: {}\nevaluation_datasets:\n  test:\n    img_path: /x\n",
        "recipe.yaml:4: the key 'evaluation_datasets.test.eval_file_path' is missing")]
    public void A_required_key_that_is_missing(string yaml, string message)
    {
        Assert.Equal(message, _folder.Refusal(yaml));
    }

    [Theory]
    [InlineData("", "recipe.yaml: is empty; a recipe has the sections model, datasets and run")]
    [InlineData("# only a comment\n", "recipe.yaml: is empty; a recipe has the sections model, datasets and run")]
    [InlineData("- a\n", "recipe.yaml:1: a recipe has the sections model, datasets and run, each as 'name:'")]
    [InlineData("modle: {}\n", "recipe.yaml:1: unknown key 'modle'; did you mean 'model'?")]
    [InlineData("model: 3\n", "recipe.yaml:1: model must be a section of keys, not '3'")]
    [InlineData("model: {}\n[a]: 1\n", "recipe.yaml:2: a recipe must be named keys, not a list")]
    [InlineData("model:\n  lora_r: 8\n  lora_r: 9\n", "recipe.yaml:3: not valid YAML: duplicate key lora_r")]
    [InlineData("model:\n  dropout: 0\n  lora_dropout: 0\n",
        "recipe.yaml:3: model.lora_dropout and model.dropout are the same key; give one of them")]
    [InlineData("model:\n\tlora_r: 8\n", "recipe.yaml:2: not valid YAML: indented by a tab; use spaces")]
    [InlineData("model:\n  ckpt: 'x\n", "recipe.yaml:2: not valid YAML: ")]
    [InlineData("model:\n  ckpt: a: b\n", "recipe.yaml:2: not valid YAML: ")]
    [InlineData("model: {\nrun: 1\n", "recipe.yaml:")]
    [InlineData("model:\n  lora_target_modules: [a\nrun: 1\nx: 2\n",
        "recipe.yaml:2: not valid YAML: a bracket is not closed")]
    [InlineData("model: {}\n---\nrun: {}\n", "recipe.yaml:3: a second YAML document; ")]
    public void A_file_that_is_no_recipe(string yaml, string message)
    {
        Assert.StartsWith(message, _folder.Refusal(yaml));
    }

    [Fact]
    public void A_file_that_nests_without_end_is_refused_and_not_followed()
    {
        Assert.Contains("nests deeper than any recipe", _folder.Refusal($"model: {new string('[', 50_000)}"));
    }

    [Fact]
    public void A_file_that_is_not_text()
    {
        File.WriteAllBytes(_folder.Recipe, [0x80, 0x02, 0xFF, 0xFE]);

        var error = Assert.Throws<InputException>(() => RecipeReader.Read(_folder.Recipe));

        Assert.Equal($"{_folder.Recipe}: is not UTF-8 text, so it is no recipe", error.Message);
    }

    [Fact]
    public void A_file_that_is_not_there()
    {
        var error = Assert.Throws<InputException>(() => RecipeReader.Read("nowhere.yaml"));
        var folder = Assert.Throws<InputException>(() => RecipeReader.Read(_folder.Path));

        Assert.Equal("nowhere.yaml: no such file; name the recipe, a YAML file", error.Message);
        Assert.Contains("is a folder", folder.Message);
    }

    [Fact]
    public void A_file_that_is_far_too_large()
    {
        using (var stream = File.Create(_folder.Recipe))
            stream.SetLength(1 << 21);

        var error = Assert.Throws<InputException>(() => RecipeReader.Read(_folder.Recipe));

        Assert.Contains("larger than 1 MiB", error.Message);
    }
}
