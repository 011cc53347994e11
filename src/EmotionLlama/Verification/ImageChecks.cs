using System.Globalization;
using System.Text.RegularExpressions;
using EmotionLlama.Checkpoints;
using EmotionLlama.Media;

namespace EmotionLlama.Verification;

/// <summary>What the image processor makes of a frame, at each of the sizes that the names of the tensors give; of
/// some, only the top left corner is kept.</summary>
internal sealed partial class ImageChecks : ICheckFamily
{
    private const double Tolerance = 0.02;

    /// <inheritdoc/>
    public string Name => "image_processor";

    /// <inheritdoc/>
    public IEnumerable<ReferenceCheck> ChecksOf(ReferenceFolder folder)
    {
        using var file = SafetensorsFile.Open(folder.Find("frame_processed.safetensors"));
        foreach (var name in file.Names)
            yield return new($"image_{name}", Tolerance, () => CompareImage(folder, file, name));
    }

    private static Deviation CompareImage(ReferenceFolder folder, SafetensorsFile file, string name)
    {
        var match = TensorName().Match(name);
        if (!match.Success)
        {
            throw new InputException(
                $"{file.Location}: '{name}' is not called processed_SIZE or processed_SIZE_corner");
        }

        var size = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        var expected = file.Read(name);
        var processed = new ImageProcessor(size).Process(ImageLoader.Load(folder.Find("frame.png")));
        var isCorner = match.Groups[2].Success && expected.dim() == 3
            && expected.shape[1] <= size && expected.shape[2] <= size;
        return Compare.Absolute(
            name,
            isCorner ? processed.narrow(1, 0, expected.shape[1]).narrow(2, 0, expected.shape[2]) : processed,
            expected);
    }

    [GeneratedRegex("^processed_([0-9]{1,5})(_corner)?$")]
    private static partial Regex TensorName();
}
