using System.Globalization;
using EmotionLlama.Checkpoints;
using EmotionLlama.Models;
using EmotionLlama.Runtime;
using EmotionLlama.Tokenization;
using static TorchSharp.torch;

namespace EmotionLlama.Pretraining;

/// <summary>Makes the tiny model of the quickstart from nothing but a seed: tokenizer, Llama, vision tower and feature
/// encoders, each pretrained on the small world. None of them learns what stage 2 teaches: to reason from a picture and
/// features to an emotion.</summary>
public static class TinyModelMaker
{
    /// <summary>Makes the model; the same seed gives the same files on the same kind of machine.</summary>
    /// <param name="folder">Where the files go; those of an earlier making are replaced.</param>
    /// <param name="sizes">Sizes and lengths of the pretraining.</param>
    /// <param name="report">Hears of the progress.</param>
    /// <param name="cancellationToken">Stops the making; files made so far stay.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static TinyModel Make(
        string folder, TinyModelSizes sizes, IProgress<string> report, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentNullException.ThrowIfNull(report);
        var tiny = new TinyModel(folder);
        OutputFolder.Open(tiny.LlamaFolder);
        random.manual_seed(sizes.Seed);

        var tokenizerFile = Path.Combine(tiny.LlamaFolder, "tokenizer.model");
        SentencePieceModelWriter.Write(
            BytePairTrainer.Train(PretrainingCorpus.Texts(sizes.Seed, sizes.TokenizerClips), sizes.Vocabulary), tokenizerFile);
        var tokenizer = LlamaTextTokenizer.Open(tokenizerFile);

        using (var llama = new LlamaPretraining(tokenizer, sizes, report).Train(cancellationToken))
        {
            AtomicFile.WriteText(Path.Combine(tiny.LlamaFolder, "config.json"), llama.Config.ToJson() + "\n");
            Save(Path.Combine(tiny.LlamaFolder, "model.safetensors"), llama.FrozenWeights);
        }

        var encoders = new EncoderPretraining(sizes, report);
        using (var vision = encoders.TrainVision(cancellationToken))
            Save(tiny.VisionFile, vision.Weights, (VisionNorm.Name, VisionNorm.None));

        using var face = encoders.TrainFace(cancellationToken);
        using var video = encoders.TrainVideo(cancellationToken);
        using var voice = encoders.TrainVoice(cancellationToken);
        Save(tiny.EncodersFile, [
            .. Prefixed("face_mae", face), .. Prefixed("video_mae", video), .. Prefixed("hubert", voice)]);
        AtomicFile.WriteText(tiny.CardFile, Card(sizes, tokenizer.VocabularySize));
        return tiny;
    }

    private static IEnumerable<NamedTensor> Prefixed(string prefix, FeatureEncoder encoder) =>
        encoder.Weights.Select(weight => weight with { Name = $"{prefix}.{weight.Name}" });

    // Half the size in the repository; the tiny parts are read back as float32.
    private static void Save(
        string path, IEnumerable<NamedTensor> weights, params ReadOnlySpan<(string Key, string Text)> facts)
    {
        var metadata = new Dictionary<string, string> { ["format"] = "pt" };
        foreach (var (key, text) in facts)
            metadata.Add(key, text);

        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(
            path,
            weights.Select(weight => KeyValuePair.Create(weight.Name, weight.Value.to(ScalarType.Float16))).ToList(),
            metadata);
    }

    private static string Card(TinyModelSizes sizes, int vocabulary) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        # The tiny model of the quickstart

        Made by `emotion-llama make-tiny --seed {sizes.Seed}` in a few minutes on CPU cores, from
        nothing but that seed. All data it saw is the small world of `src/EmotionLlama/World`: rendered faces,
        synthesized voices, and sentences from templates, generated as it learned. Stored as float16.

        | part | size | pretrained to | steps |
        |---|---|---|---|
        | `llama/` | {sizes.Layers} layers of {sizes.Hidden} channels, {vocabulary} tokens | continue texts in which the clues are told in words | {sizes.LlamaSteps} |
        | `eva_vit.safetensors` | {sizes.VisionBlocks} blocks of {sizes.VisionChannels} channels, {sizes.ImageSize} px | tell the intensities of nine action units | {sizes.VisionSteps} |
        | `encoders.safetensors`: `face_mae`, `video_mae` | 2 blocks of 88 channels | tell the same from face crops and from frames over time | {sizes.EncoderSteps} each |
        | `encoders.safetensors`: `hubert` | 2 blocks of 88 channels | tell pitch, energy, rate, tremor and brightness of a voice | {sizes.EncoderSteps} |

        What it can do: read clues that are written out, and see and hear single clues. What it cannot do before it is
        tuned: connect what it sees and hears with language. That is what stage 2 teaches, through LoRA matrices and
        projections that start from random values, and what `emotion-llama quickstart` shows.

        It knows nothing of real people: do not use it on clips of them.

        """);
}
