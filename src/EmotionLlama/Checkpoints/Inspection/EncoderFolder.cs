using System.Globalization;
using System.Text.Json.Nodes;
using EmotionLlama.Datasets;
using EmotionLlama.Models.Encoders;

namespace EmotionLlama.Checkpoints.Inspection;

/// <summary>What a folder needs to be one of the encoders of a recipe's <c>features</c>.</summary>
/// <param name="Use">Which of them.</param>
/// <param name="Missing">What it lacks, for people; empty where it is complete.</param>
/// <param name="Notes">Its sizes, for people.</param>
internal sealed record EncoderFolder(WeightUse Use, IReadOnlyList<string> Missing, IReadOnlyList<string> Notes)
{
    private const int MostListed = 5;

    /// <summary>Looks at a folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="config">Its <c>config.json</c>.</param>
    /// <param name="tensors">Its tensors.</param>
    /// <returns>Null where it is no encoder.</returns>
    public static EncoderFolder? Of(string path, JsonNode? config, IReadOnlyList<TensorDescription> tensors)
    {
        var file = Path.Combine(path, "config.json");
        return ((config as JsonObject)?["model_type"] as JsonValue)?.ToString() switch
        {
            "hubert" => Describe(WeightUse.VoiceEncoder, tensors, () =>
            {
                var hubert = HubertConfig.Read(file);
                return (hubert.HiddenSize, EncoderTensors.Of(hubert), Sizes(hubert.Layers, hubert.HiddenSize)
                    + (hubert.StableLayerNorm ? ", the large kind (stable layer norm)" : ", the base kind"));
            }),
            "vit_mae" => Describe(WeightUse.FaceEncoder, tensors, () =>
            {
                var face = VitMaeConfig.Read(file);
                return (face.HiddenSize, EncoderTensors.Of(face), Sizes(face.Layers, face.HiddenSize)
                    + $", pictures of {face.ImageSize} pixels in patches of {face.PatchSize}");
            }),
            "videomae" => Describe(WeightUse.VideoEncoder, tensors, () =>
            {
                var video = VideoMaeConfig.Read(file);
                return (video.HiddenSize, EncoderTensors.Of(video), Sizes(video.Layers, video.HiddenSize)
                    + $", {video.Frames} frames of {video.ImageSize} pixels, its output "
                    + (video.FinalNorm ? "normalized" : "not normalized"));
            }),
            _ => null,
        };
    }

    private static string Sizes(int layers, int hidden) =>
        string.Create(CultureInfo.InvariantCulture, $"{layers} layers of {hidden} channels");

    private static EncoderFolder Describe(
        WeightUse use,
        IReadOnlyList<TensorDescription> tensors,
        Func<(int Hidden, IEnumerable<(string Name, long[] Shape)> Tensors, string Sizes)> read)
    {
        try
        {
            var (hidden, needed, sizes) = read();
            List<string> missing = [.. MissingTensors(tensors, needed)];
            if (hidden != ExtractedClip.FeatureSize)
            {
                missing.Add($"features of {ExtractedClip.FeatureSize} numbers, which the model's projections take: its "
                    + $"hidden_size is {hidden}");
            }

            return new EncoderFolder(use, missing, [sizes]);
        }
        catch (InputException e)
        {
            return new EncoderFolder(use, [$"a config.json that this encoder computes: {e.Message}"], []);
        }
    }

    private static IEnumerable<string> MissingTensors(
        IReadOnlyList<TensorDescription> tensors, IEnumerable<(string Name, long[] Shape)> needed)
    {
        var there = new Dictionary<string, TensorDescription>();
        foreach (var tensor in tensors)
            there.TryAdd(EncoderNames.Normalize(tensor.Name), tensor);

        // A damaged configuration may ask for more layers than one would like to count.
        return needed
            .Where(tensor =>
                !there.TryGetValue(tensor.Name, out var stored) || !stored.Shape.SequenceEqual(tensor.Shape))
            .Take(MostListed)
            .Select(tensor => $"{tensor.Name} [{string.Join(", ", tensor.Shape)}]");
    }
}
