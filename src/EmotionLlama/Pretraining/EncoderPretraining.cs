using EmotionLlama.Media;
using EmotionLlama.Models;
using EmotionLlama.Runtime;
using EmotionLlama.World;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Pretraining;

/// <summary>Teaches the tiny vision tower and feature encoders to see and hear: to tell the action units and the voice's
/// qualities of rendered clips. They learn nothing of emotions.</summary>
/// <param name="sizes">Sizes and number of steps.</param>
/// <param name="report">Hears of the progress.</param>
internal sealed class EncoderPretraining(TinyModelSizes sizes, IProgress<string> report)
{
    private const int BatchSize = 16;
    private const double Rate = 1e-3;
    private static readonly int[] Units = [1, 2, 4, 5, 6, 7, 12, 23, 26];

    /// <summary>Trains the vision tower to tell action units from its class token and from its patch tokens.</summary>
    public EvaVisionTransformer TrainVision(CancellationToken cancellationToken)
    {
        var random = RandomWeights.ForVision(
            sizes.VisionChannels, sizes.VisionChannels * 3, sizes.VisionBlocks, sizes.PatchSize, sizes.ImageSize, sizes.Seed);
        var tower = new EvaVisionTransformer(
            new WeightReader(random, CPU, ScalarType.Float32), sizes.ImageSize);
        var images = new ImageProcessor(sizes.ImageSize);
        using var classHead = new Projection("class", sizes.VisionChannels, Units.Length, CPU);
        using var patchHead = new Projection("patch", sizes.VisionChannels, Units.Length, CPU);
        PretrainingLoop.Run(
            "vision tower",
            [.. tower.Weights, .. classHead.Parameters, .. patchHead.Parameters],
            sizes.VisionSteps,
            Rate,
            step =>
            {
                var clips = Clips(step);
                var frames = Rendered(clips, clip => [FaceRenderer.Render(clip, clip.PeakSeconds, sizes.ImageSize)]);
                var encoded = tower.Forward(TinyClipEncoders.Pictures(frames, images).squeeze(1));
                var normed = functional.layer_norm(encoded, [sizes.VisionChannels]);
                var targets = ActionUnits(clips);
                var patches = normed.narrow(1, 1, tower.Patches).mean([1]);
                return functional.mse_loss(classHead.Forward(normed.select(1, 0)), targets)
                    .Plus(functional.mse_loss(patchHead.Forward(patches), targets));
            },
            report,
            cancellationToken);
        return tower;
    }

    /// <summary>Trains the encoder of face crops to tell action units.</summary>
    public FeatureEncoder TrainFace(CancellationToken cancellationToken) => Train(
        "face encoder", sizes.Seed + 1, Units.Length, clips => Pictures(clips, ClipViews.PeakFaces), ActionUnits,
        cancellationToken);

    /// <summary>Trains the encoder of whole frames to tell action units.</summary>
    public FeatureEncoder TrainVideo(CancellationToken cancellationToken) => Train(
        "video encoder", sizes.Seed + 2, Units.Length, clips => Pictures(clips, ClipViews.Frames), ActionUnits,
        cancellationToken);

    /// <summary>Trains the encoder of voices to tell pitch, energy, rate, tremor and brightness.</summary>
    public FeatureEncoder TrainVoice(CancellationToken cancellationToken) => Train(
        "voice encoder",
        sizes.Seed + 3,
        5,
        clips => TinyClipEncoders.Spectrograms([.. clips.AsParallel().AsOrdered().Select(VoiceSynthesizer.Synthesize)]),
        VoiceQualities,
        cancellationToken);

    private FeatureEncoder Train(
        string name,
        long seed,
        int targets,
        Func<IReadOnlyList<WorldClip>, Tensor> inputs,
        Func<IReadOnlyList<WorldClip>, Tensor> expected,
        CancellationToken cancellationToken)
    {
        var encoder = FeatureEncoder.Random(seed);
        using var head = new Projection("head", EmotionLlamaModel.FeatureSize, targets, CPU);
        PretrainingLoop.Run(
            name,
            [.. encoder.Weights, .. head.Parameters],
            sizes.EncoderSteps,
            Rate,
            step =>
            {
                var clips = Clips(step);
                return functional.mse_loss(head.Forward(encoder.Forward(inputs(clips))), expected(clips));
            },
            report,
            cancellationToken);
        return encoder;
    }

    private List<WorldClip> Clips(int step) =>
        [.. Enumerable.Range(step * BatchSize, BatchSize).Select(i => WorldClipFactory.Create(sizes.Seed, i))];

    private static Tensor Pictures(
        IReadOnlyList<WorldClip> clips, Func<WorldClip, IReadOnlyList<RgbImage>> views) =>
        TinyClipEncoders.Pictures(Rendered(clips, views), new ImageProcessor(FeatureEncoder.ImageSize));

    private static List<IReadOnlyList<RgbImage>> Rendered(
        IReadOnlyList<WorldClip> clips, Func<WorldClip, IReadOnlyList<RgbImage>> render) =>
        [.. clips.AsParallel().AsOrdered().Select(render)];

    private static Tensor ActionUnits(IReadOnlyList<WorldClip> clips) => Targets(
        clips, clip => [.. Units.Select(unit => clip.ActionUnits.TryGetValue(unit, out var value) ? value : 0)]);

    private static Tensor VoiceQualities(IReadOnlyList<WorldClip> clips) => Targets(
        clips,
        clip =>
        [
            clip.Voice.PitchHz / 200,
            clip.Voice.Energy * 5,
            clip.Voice.SyllablesPerSecond / 6,
            clip.Voice.Tremor * 10,
            clip.Voice.Brightness,
        ]);

    private static Tensor Targets(IReadOnlyList<WorldClip> clips, Func<WorldClip, float[]> values) =>
        stack(clips.Select(clip => tensor(values(clip))));
}
