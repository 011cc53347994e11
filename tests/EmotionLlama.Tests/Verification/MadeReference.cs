using System.Text.Json;
using EmotionLlama.Checkpoints;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Generation;
using EmotionLlama.Models;
using EmotionLlama.Monitoring;
using EmotionLlama.Tests.Models;
using EmotionLlama.Tokenization;
using EmotionLlama.Training;
using EmotionLlama.Verification;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Verification;

/// <summary>A reference folder of other sizes than the reference's, with numbers of our own: it shows that nothing
/// about sizes is fixed, not that the numbers are right.</summary>
internal static class MadeReference
{
    private const string Sentence =
        "One speaks of joy, [INST] and one is calm. [/INST] The brows rise; the voice falls.";

    private static readonly int[][] Batches = [[0, 3], [1, 2], [2, 0], [3, 1]];

    private static readonly LoraSettings Lora = new()
    {
        Rank = 3,
        Alpha = 5,
        Dropout = 0,
        Targets = ["k_proj", "o_proj", "down_proj"],
    };

    private static readonly RunRecipe Run = new()
    {
        MaxEpoch = 2,
        ItersPerEpoch = 2,
        InitLr = 3e-3,
        MinLr = 1e-4,
        WarmupLr = 1e-4,
        WarmupSteps = 1,
        WeightDecay = 0.1,
    };

    /// <summary>Writes the parts of the layout that hold models.</summary>
    public static void Write(string folder)
    {
        using var scope = NewDisposeScope();
        var config = WriteLlama(folder);
        using var vision = InMemoryWeights.ReadAll(TinyModels.VisionWeights());
        TorchCheckpointWriter.Save(Path.Combine(folder, ReferenceModel.VisionFile), vision.ToDictionary());
        var (weight, bias) = TinyModels.VisionNorm();
        using var norm = new InMemoryWeights { { "weight", weight }, { "bias", bias } };
        SafetensorsWriter.Write(Path.Combine(folder, ReferenceModel.NormFile), norm);
        WriteSamples(folder);
        using (var model = new EmotionLlamaModel(
            TinyModels.CreateLlama(config, Lora),
            new EvaVisionTransformer(
                new WeightReader(vision, CPU, ScalarType.Float32), TinyModels.ImageSize, TinyModels.VisionHeads),
            new WeightReader(norm, CPU, ScalarType.Float32)))
        {
            TinyModels.Randomize(model.TrainableParameters);
            TorchCheckpointWriter.Save(
                Path.Combine(folder, ReferenceFolder.FirstCheckpoint),
                new Dictionary<string, object?> { ["model"] = Named(model.TrainableParameters) });
        }

        var expected = new Dictionary<string, object?>
        {
            ["lora"] = new { r = Lora.Rank, alpha = Lora.Alpha },
            ["dims"] = new
            {
                hidden = config.HiddenSize,
                layers = config.Layers,
                heads = config.Heads,
                image = TinyModels.ImageSize,
                vit = new
                {
                    embed_dim = TinyModels.VisionChannels,
                    depth = 2,
                    heads = TinyModels.VisionHeads,
                    patch = TinyModels.PatchSize,
                },
            },
        };
        Save();
        WriteNumbers(ReferenceFolder.Open(folder), expected);
        Save();

        void Save() => File.WriteAllText(Path.Combine(folder, "expected.json"), JsonSerializer.Serialize(expected));
    }

    private static LlamaConfig WriteLlama(string folder)
    {
        var tokenizer = Path.Combine(folder, "tokenizer.model");
        SentencePieceModelWriter.Write(BytePairTrainer.Train([Sentence, Sentence], 300), tokenizer);
        var config = TinyModels.Config with
        {
            VocabularySize = LlamaTextTokenizer.Open(tokenizer).VocabularySize,
            HiddenSize = 24,
            Heads = 6,
            KeyValueHeads = 3,
            HeadSize = 4,
            Layers = 3,
            TiedHead = true,
            RopeTheta = 5000,
            RopeFactor = 2,
        };
        var llama = Directory.CreateDirectory(Path.Combine(folder, "llama")).FullName;
        File.WriteAllText(Path.Combine(llama, "config.json"), config.ToJson());
        using var weights = InMemoryWeights.ReadAll(TinyModels.LlamaWeights(config));
        SafetensorsWriter.Write(Path.Combine(llama, "model.safetensors"), weights);
        return config;
    }

    private static void WriteSamples(string folder)
    {
        var clips = Enumerable.Range(0, 4).Select(TinyModels.Clip).ToList();
        SafetensorsWriter.Write(Path.Combine(folder, "samples.safetensors"), new Dictionary<string, Tensor>
        {
            ["image"] = stack(clips.Select(clip => clip.Image)),
            ["video_features"] = stack(clips.Select(clip => clip.Features)),
        });
        File.WriteAllText(Path.Combine(folder, "samples.json"), JsonSerializer.Serialize(
            clips.Select(clip => new { instruction_input = clip.Instruction, answer = clip.Answer })));
        foreach (var clip in clips)
            clip.Dispose();
    }

    private static void WriteNumbers(ReferenceFolder folder, Dictionary<string, object?> expected)
    {
        using var samples = ReferenceSamples.Read(folder);
        using var model = ReferenceModel.Build(folder, folder.Find(ReferenceFolder.FirstCheckpoint));
        using (no_grad())
        {
            expected["losses_single"] = Enumerable.Range(0, samples.Count)
                .Select(i => model.MeanLoss(samples, [i]).item<float>()).ToList();
            expected["loss_batch_3_1"] = model.MeanLoss(samples, [3, 1]).item<float>();
            var batch = PaddedBatch.Create(model, samples, [3, 1]);
            SafetensorsWriter.Write(Path.Combine(folder.Location, "forward.safetensors"), new Dictionary<string, Tensor>
            {
                ["visual_encoder"] = model.Model.EncodeImages(samples.Images),
                ["encode_img"] = model.Model.EncodeClips(samples.Images, samples.Features),
                ["inputs_embeds_nobos"] = batch.Embeddings,
                ["attention_nobos"] = batch.Attention,
                ["cond_atts"] = batch.PromptAttention,
                ["part_targets"] = batch.Targets,
                ["input_lens"] = batch.PromptLengths,
            });
        }

        expected["trajectory"] = Train(folder.Location, model, samples);
        var generator = new AnswerGenerator(model.Model, model.Prompts);
        ClipSample[] clips = [samples[0], samples[1], samples[2], samples[3]];
        var greedy = generator.Answer(clips, new GenerationSettings { MaxNewTokens = 24 });
        var beams = generator.Answer(clips, new GenerationSettings { MaxNewTokens = 24, Beams = 2 });
        expected["generation"] = clips.Select((clip, i) => new
        {
            prompt_len = model.Prompts.ForGeneration(clip.Instruction).Length,
            greedy = greedy[i].TokenIds,
            beam2 = beams[i].TokenIds,
        }).ToList();
    }

    private static List<object> Train(string folder, ReferenceModel model, ReferenceSamples samples)
    {
        var settings = new Dictionary<string, object?>
        {
            ["run"] = new Dictionary<string, object?>
            {
                ["max_epoch"] = Run.MaxEpoch,
                ["iters_per_epoch"] = Run.ItersPerEpoch,
                ["init_lr"] = Run.InitLr,
                ["min_lr"] = Run.MinLr,
                ["warmup_lr"] = Run.WarmupLr,
                ["warmup_steps"] = Run.WarmupSteps,
                ["weight_decay"] = Run.WeightDecay,
            },
        };
        var output = Path.Combine(folder, "run");
        using var trainer = new Trainer(
            model.Model,
            new Recipe { Model = new ModelRecipe(), Run = Run },
            new Data(model, samples),
            new CheckpointStore(output, settings));
        var recorder = new Recorder();
        trainer.Run(recorder, TestContext.Current.CancellationToken);
        File.Move(Path.Combine(output, "checkpoint_1.pth"), Path.Combine(folder, "checkpoint_1.pth"));
        return [.. recorder.Steps.Select(step => new
        {
            batch = Batches[step.Step - 1],
            lr = step.LearningRate,
            loss = step.Loss,
        })];
    }

    private static Dictionary<string, object?> Named(IEnumerable<NamedTensor> tensors) =>
        tensors.ToDictionary(tensor => tensor.Name, tensor => (object?)tensor.Value);

    private sealed class Recorder : ITrainingObserver
    {
        public List<StepMetrics> Steps { get; } = [];

        public void OnStep(StepMetrics metrics) => Steps.Add(metrics);
    }

    private sealed class Data(ReferenceModel model, ReferenceSamples samples) : ITrainingData
    {
        public int BatchesPerPass => Batches.Length;

        public IEnumerable<PackedBatch> Read(long first, CancellationToken cancellationToken) =>
            Batches.Skip((int)first).Select(batch => model.Pack(samples, batch));
    }
}
