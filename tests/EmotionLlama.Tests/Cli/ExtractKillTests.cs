using EmotionLlama.Tests.Extraction;
using EmotionLlama.Tests.Media.Clips;

namespace EmotionLlama.Tests.Cli;

/// <summary>An extraction by the real program that is killed again and again ends as if nothing had happened.</summary>
[Collection(SharedGenerator.Name)]
public sealed class ExtractKillTests(ToyEncoders encoders) : IDisposable
{
    private const int Clips = 12;
    private const int Kills = 3;

    private readonly ExtractionFolder _folder = new(encoders);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Killed_at_random_moments_and_started_again_it_leaves_the_files_of_a_run_that_nobody_disturbed()
    {
        Ffmpeg.Require();
        _folder.AddClips(Clips);
        File.WriteAllText(Path.Combine(_folder.Clips, "no_clip.mp4"), "no clip");
        using (var undisturbed = Start())
            Assert.Equal(1, undisturbed.Wait().ExitCode);

        Directory.Move(_folder.Output, _folder["whole"]);
        var random = new Random(20240609);
        var killed = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = Start();
            var until = Math.Min(Made() + random.Next(1, 8), (4 * Clips) - 8);
            process.WaitUntil(() => Made() >= until);
            Thread.Sleep(random.Next(20));
            killed += process.HasEnded ? 0 : 1;
            process.Kill();
            Assert.True(Made() < 4 * Clips, "every kill came before the end");
        }

        Assert.Equal(Kills, killed);
        using var last = Start();

        var (exitCode, error) = last.Wait();

        Assert.True(exitCode == 1, error);
        Assert.Equal(ExtractionFolder.ContentOf(_folder["whole"]), ExtractionFolder.ContentOf(_folder.Output));
    }

    [Fact]
    public void Told_to_end_it_says_so_and_leaves_whole_files()
    {
        Ffmpeg.Require();
        _folder.AddClips(Clips);
        using var process = Start();
        process.WaitUntil(() => Made() >= 4);

        process.Terminate();

        Assert.Equal((130, "emotion-llama: stopped\n"), process.Wait());
        Assert.InRange(Made(), 4, (4 * Clips) - 1);
        Assert.Empty(Directory.GetFiles(_folder.Output, "*.partial", SearchOption.AllDirectories));
    }

    private VerbProcess Start() => new(
    [
        "extract", _folder.Clips, "--output", _folder.Output, "--device", "cpu", "--workers", "2", .. encoders.Options,
    ]);

    private int Made() => ExtractionFolder.Layout.Sum(part =>
        Directory.Exists(Path.Combine(_folder.Output, part.Folder))
            ? Directory.GetFiles(Path.Combine(_folder.Output, part.Folder), "*" + part.Extension).Length
            : 0);
}
