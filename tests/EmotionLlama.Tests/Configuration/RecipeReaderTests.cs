using EmotionLlama.Configuration;

namespace EmotionLlama.Tests.Configuration;

public sealed class RecipeReaderTests : IDisposable
{
    // The keys of the original project's recipe for stage 2, in its order and with its spellings of values.
    private const string OriginalShape = """
        model:
          arch: minigpt_v2
          model_type: pretrain
          max_txt_len: 1024
          image_size: 448
          end_sym: "</s>"
          llama_model: "/models/Llama-2-7b-chat-hf"

          # ckpt: "/models/another.pth"
          ckpt: "/models/stage1/checkpoint_29.pth"

          use_grad_checkpoint: True
          chat_template: True
          lora_r: 64
          lora_alpha: 16


        datasets:    
          feature_face_caption:   # a comment behind a key
            batch_size: 1
            vis_processor:
              train:
                name: "blip2_image_train"
                image_size: 448
            text_processor:
              train:
                name: "blip_caption"
            sample_ratio: 30

        run:
          task: image_text_pretrain
          # the optimizer
          lr_sched: "linear_warmup_cosine_lr"

          init_lr: 1e-6
          min_lr: 2e-6
          warmup_lr: 3E-6

          weight_decay: 0.05
          max_epoch: 30
          num_workers: 6
          iters_per_epoch: 1000


          warmup_steps: 1000

          seed: 42
          output_dir: "/runs"

          amp: True
          resume_ckpt_path: null

          evaluate: False 
          train_splits: ["train"]

          device: "cuda"
          world_size: 2
          dist_url: "env://"
          distributed: True

          wandb_log: False
          job_name: finetune
        """;

    private readonly RecipeFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_recipe_in_the_shape_of_the_original_project_loads_unchanged()
    {
        var recipe = _folder.Read(OriginalShape).Recipe;

        Assert.Equivalent(
            new ModelRecipe
            {
                LlamaModel = "/models/Llama-2-7b-chat-hf",
                Ckpt = "/models/stage1/checkpoint_29.pth",
                MaxTxtLen = 1024,
                UseGradCheckpoint = GradCheckpoint.Full,
            },
            recipe.Model,
            strict: true);
        Assert.Equivalent(
            new DatasetRecipe
            {
                SampleRatio = 30,
                VisProcessor = new() { Name = "blip2_image_train", ImageSize = 448 },
                TextProcessor = new() { Name = "blip_caption" },
            },
            Assert.Single(recipe.Datasets, pair => pair.Key == "feature_face_caption").Value,
            strict: true);
        Assert.Equivalent(
            new RunRecipe
            {
                InitLr = 1e-6,
                MinLr = 2e-6,
                WarmupLr = 3e-6,
                WarmupSteps = 1000,
                NumWorkers = 6,
                ItersPerEpoch = 1000,
                OutputDir = "/runs",
                Device = "cuda",
            },
            recipe.Run,
            strict: true);
    }

    [Fact]
    public void Keys_of_the_original_that_do_nothing_here_are_noted_with_place_and_reason()
    {
        var notes = _folder.Read(OriginalShape).Notes;

        string[] keys =
        [
            "model.model_type", "run.task", "run.evaluate", "run.train_splits", "run.world_size", "run.dist_url",
            "run.distributed", "run.wandb_log", "run.job_name",
        ];
        Assert.Equal(keys, notes.Select(note => note.Split(' ')[1]));
        Assert.Equal(
            $"{_folder.Recipe}:3: model.model_type is not used: it names a class of the original project", notes[0]);
    }

    [Fact]
    public void The_other_files_of_the_original_load_as_well()
    {
        // A demo without a Llama, defaults of the model with their processors, data sets and the cache.
        var recipe = _folder.Read("""
            env:
              cache_root: "/cache"
            model:
              arch: minigpt_v2
              low_resource: True
              drop_path_rate: 0
              vit_precision: "fp16"
              freeze_vit: True
              vit_model: eva_clip_g
              prompt: ""
              ckpt: ""
            preprocess:
                vis_processor:
                    eval:
                      name: "blip2_image_eval"
            datasets:
              mer2024_caption:
                data_type: images

                build_info:
                  image_path: /clips
                  ann_path: /annotations.txt
            evaluation_datasets:
              mer2024_caption:
                eval_file_path: /test.txt
                img_path: /test
                max_new_tokens: 500
                batch_size: 1
            run:
              name: evaluation
              save_path: /results
            """);

        Assert.Equal("checkpoints/Llama-2-7b-chat-hf", recipe.Recipe.Model.LlamaModel);
        Assert.Equal("checkpoints/eva_vit_g.pth", recipe.Recipe.Model.VitModelFile);
        Assert.Null(recipe.Recipe.Model.Ckpt);
        Assert.Equal("/annotations.txt", recipe.Recipe.Datasets["mer2024_caption"].BuildInfo.AnnPath);
        Assert.Equal("/test", recipe.Recipe.EvaluationDatasets["mer2024_caption"].ImgPath);
        Assert.Equal("/results", recipe.Recipe.Run.SavePath);
        Assert.Equal(10, recipe.Notes.Count);
    }

    [Theory]
    [InlineData("stage1.yaml")]
    [InlineData("stage2.yaml")]
    public void Our_own_recipes_load_without_a_note(string name)
    {
        var loaded = RecipeReader.Read(Path.Combine(SharedData.Repository, "configs", name));

        Assert.Empty(loaded.Notes);
        Assert.Equal(30, loaded.Recipe.Run.MaxEpoch);
        Assert.Equal(1000, loaded.Recipe.Run.ItersPerEpoch);
    }

    [Theory]
    [InlineData("True", Amp.Auto)]
    [InlineData("false", Amp.Fp32)]
    [InlineData("bf16", Amp.Bf16)]
    [InlineData("fp16", Amp.Fp16)]
    [InlineData("fp32", Amp.Fp32)]
    public void Amp_is_a_truth_value_or_a_precision(string text, Amp amp)
    {
        Assert.Equal(amp, _folder.Read($"{RecipeFolder.Least}run: {{amp: {text}}}").Recipe.Run.Amp);
    }

    [Theory]
    [InlineData("linear_warmup_cosine_lr", LearningRateSchedule.LinearWarmupCosine)]
    [InlineData("linear_warmup_step_lr", LearningRateSchedule.LinearWarmupStep)]
    [InlineData("constant", LearningRateSchedule.Constant)]
    [InlineData("constant_lr", LearningRateSchedule.Constant)]
    public void Schedules_have_the_names_of_the_original(string text, LearningRateSchedule schedule)
    {
        Assert.Equal(schedule, _folder.Read($"{RecipeFolder.Least}run: {{lr_sched: {text}}}").Recipe.Run.LrSched);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("None")]
    [InlineData("~")]
    [InlineData("")]
    [InlineData("''")]
    public void Nothing_can_be_spelt_in_many_ways(string text)
    {
        Assert.Null(_folder.Read($"model:\n  ckpt: {text}\n").Recipe.Model.Ckpt);
    }

    [Fact]
    public void Numbers_may_be_written_in_any_way()
    {
        var run = _folder.Read(RecipeFolder.Least + """
            run: {init_lr: 1e-5, min_lr: '.5', max_epoch: 3e1, seed: 7}
            """).Recipe.Run;

        Assert.Equal((1e-5, 0.5, 30, 7L), (run.InitLr, run.MinLr, run.MaxEpoch, run.Seed));
    }

    [Fact]
    public void A_pool_of_tasks_is_a_map_of_weights_or_a_list_of_equals()
    {
        var datasets = _folder.Read(RecipeFolder.Least + """
            datasets:
              mapped: {task_pool: {reason: 0.3, reason_v2: 0.7}}
              listed: {task_pool: [emotion, reason, reason]}
            """).Recipe.Datasets;

        Assert.Equal(new() { ["reason"] = 0.3, ["reason_v2"] = 0.7 }, datasets["mapped"].TaskPool.ToDictionary());
        Assert.Equal(new() { ["emotion"] = 1, ["reason"] = 2 }, datasets["listed"].TaskPool.ToDictionary());
    }

    [Fact]
    public void Stages_name_the_epoch_after_their_last()
    {
        var run = _folder.Read(RecipeFolder.Least + """
            run:
              max_epoch: 30
              stages:
                - {name: fast, init_lr: 1e-5, epochs: 0-15}
                - {name: fine, init_lr: 5e-6, epochs: 15 - 30, warmup_steps: 10}
            """).Recipe.Run;

        StageRecipe[] stages =
        [
            new() { Name = "fast", FirstEpoch = 0, EndEpoch = 15, InitLr = 1e-5 },
            new() { Name = "fine", FirstEpoch = 15, EndEpoch = 30, InitLr = 5e-6, WarmupSteps = 10 },
        ];
        Assert.Equal(stages, run.Stages);
    }

    [Fact]
    public void Dropout_is_loras_dropout()
    {
        Assert.Equal(0.1, _folder.Read("model: {dropout: 0.1}").Recipe.Model.LoraDropout);
    }

    [Fact]
    public void Processors_may_be_given_without_their_phase_or_for_evaluation_alone()
    {
        var datasets = _folder.Read(RecipeFolder.Least + """
            datasets:
              flat: {text_processor: {name: blip_caption, max_words: 50}}
              phase: {vis_processor: {eval: {name: blip2_image_eval}}}
            """).Recipe.Datasets;

        Assert.Equal(new ProcessorRecipe { Name = "blip_caption", MaxWords = 50 }, datasets["flat"].TextProcessor);
        Assert.Equal("blip2_image_eval", datasets["phase"].VisProcessor.Name);
    }

    [Fact]
    public void An_anchor_stands_for_what_it_names()
    {
        var datasets = _folder.Read(RecipeFolder.Least + """
            datasets:
              one: {build_info: &files {ann_path: /a.txt}}
              two: {build_info: *files}
            """).Recipe.Datasets;

        Assert.Equal("/a.txt", datasets["two"].BuildInfo.AnnPath);
    }

    [Fact]
    public void A_relative_path_counts_from_the_working_directory_or_else_from_the_recipe()
    {
        File.WriteAllText(_folder.In("beside.pth"), "");

        Assert.Equal(_folder.In("beside.pth"), _folder.Read("model: {ckpt: beside.pth}").Recipe.Model.Ckpt);
        Assert.Equal("nowhere.pth", _folder.Read("model: {ckpt: nowhere.pth}").Recipe.Model.Ckpt);
    }

    [Fact]
    public void A_tilde_is_the_home_folder()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

        Assert.Equal($"{home}/llama", _folder.Read("model: {llama_model: ~/llama}").Recipe.Model.LlamaModel);
    }

    [Fact]
    public void Every_key_knows_where_it_stands()
    {
        var loaded = _folder.Read(OriginalShape, "run.seed=1");

        Assert.Equal($"{_folder.Recipe}:10", loaded.PlaceOf("model.ckpt"));
        Assert.Equal($"{_folder.Recipe}:1", loaded.PlaceOf("model.vit_model"));
        Assert.Equal("--options run.seed=1", loaded.PlaceOf("run.seed"));
        Assert.Equal(_folder.Recipe, loaded.PlaceOf("evaluation_datasets"));
    }
}
