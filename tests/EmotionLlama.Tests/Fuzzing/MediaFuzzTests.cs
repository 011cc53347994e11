using EmotionLlama.Media;

namespace EmotionLlama.Tests.Fuzzing;

/// <summary>Damaged feature files end in one line that says what is wrong, or are read as what they have become.
/// </summary>
public sealed class MediaFuzzTests
{
    private static readonly FuzzLimits Limits = new() { PerByte = 6, Besides = 64 << 10 };

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
}
