using System.Globalization;
using System.Text;
using EmotionLlama.Media;
using EmotionLlama.Media.OpenFace;

namespace EmotionLlama.Tests.Fuzzing;

/// <summary>Damaged feature files and face tables end in one line that says what is wrong, or are read as what they have
/// become.</summary>
public sealed class MediaFuzzTests
{
    private static readonly FuzzLimits Limits = new() { PerByte = 6, Besides = 64 << 10 };
    private static readonly FuzzLimits TableLimits = new() { PerByte = 16, Besides = 512 << 10 };

    [Fact]
    public void Damaged_npy_files_are_read_or_refused()
    {
        using var run = new FuzzRun("npy", Limits, path => NpyFile.Read(path));
        run.Mutations(Samples());

        Assert.InRange(run.Taken, 100, FuzzRun.Cases);
        Assert.InRange(run.Refused, 100, FuzzRun.Cases);
    }

    [Fact]
    public void Npy_files_that_once_failed_are_read_or_refused()
    {
        using var run = new FuzzRun("npy", Limits, path => NpyFile.Read(path));
        run.Corpus();
    }

    [Fact]
    public void Damaged_face_tables_are_read_or_refused()
    {
        using var run = new FuzzRun("openface.csv", TableLimits, path => OpenFaceTable.Read(path));
        run.Mutations([new("padded", Table(", ", frames: 6)), new("narrow", Table(",", frames: 2))]);

        Assert.InRange(run.Taken, 100, FuzzRun.Cases);
        Assert.InRange(run.Refused, 100, FuzzRun.Cases);
    }

    [Fact]
    public void Face_tables_that_once_failed_are_read_or_refused()
    {
        using var run = new FuzzRun("openface.csv", TableLimits, path => OpenFaceTable.Read(path));
        run.Corpus();
    }

    private static List<FuzzSample> Samples()
    {
        using var folder = new TemporaryFolder();
        NpyFile.Write(folder["vector.npy"], [.. Enumerable.Range(0, 64).Select(i => i / 7f)]);
        NpyFile.Write(folder["matrix.npy"], new NpyArray([3, 4, 5], [.. Enumerable.Range(0, 60).Select(i => -i / 3f)]));
        var single = File.ReadAllBytes(folder["vector.npy"]);
        var half = single[..^128];
        "'<f2'"u8.CopyTo(half.AsSpan(half.AsSpan().IndexOf("'<f4'"u8)));
        return
        [
            new("vector", single),
            new("matrix", File.ReadAllBytes(folder["matrix.npy"])),
            new("half", half),
        ];
    }

    /// <summary>A table as OpenFace writes it, with fewer landmarks and units.</summary>
    private static byte[] Table(string comma, int frames)
    {
        string[] names =
        [
            "frame", "face_id", "timestamp", "confidence", "success", "x_0", "x_1", "y_0", "y_1", "AU01_r", "AU12_r",
            "AU01_c", "AU12_c",
        ];
        var text = new StringBuilder(string.Join(comma, names)).Append('\n');
        for (var frame = 1; frame <= frames; frame++)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{frame}{comma}0{comma}{frame / 25.0:f3}{comma}0.98{comma}1"
                + $"{comma}10.5{comma}90{comma}20{comma}110.25{comma}{frame / 2.0:f2}{comma}0.00{comma}1{comma}0");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
