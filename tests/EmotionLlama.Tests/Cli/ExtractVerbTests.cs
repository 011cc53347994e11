using System.Text.Json;
using EmotionLlama.Datasets;
using EmotionLlama.Media;
using EmotionLlama.Tests.Extraction;
using EmotionLlama.Tests.Media.Clips;

namespace EmotionLlama.Tests.Cli;

/// <summary><c>extract</c>: clips → frames and features on disk.</summary>
public sealed class ExtractVerbTests : IDisposable
{
    private readonly ToyEncoders _encoders;
    private readonly ExtractionFolder _folder;

    public ExtractVerbTests(ToyEncoders encoders)
    {
        Ffmpeg.Require();
        _encoders = encoders;
        _folder = new ExtractionFolder(encoders);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Clips_become_frames_and_features_in_the_original_layout()
    {
        _folder.AddClips(3);

        var run = await _folder.ExtractAsync();

        Assert.True(run.Code == 0, run.Error);
        Assert.Equal(3, run.Json.GetProperty("made").GetInt32());
        Assert.Empty(run.Json.GetProperty("failures").EnumerateArray());
        Assert.Equal(
            [
                "extraction.json",
                .. ExtractionFolder.Layout
                    .SelectMany(part => Enumerable.Range(0, 3)
                        .Select(clip => Path.Combine(part.Folder, $"clip_{clip}{part.Extension}")))
                    .Order(StringComparer.Ordinal),
            ],
            ExtractionFolder.ContentOf(_folder.Output).Keys.Order(StringComparer.Ordinal)
                .OrderBy(name => name != "extraction.json"));
        foreach (var file in _folder.FilesOf("clip_1").Where(file => file.EndsWith(".npy", StringComparison.Ordinal)))
            Assert.Contains(NpyFile.Read(file, ExtractedClip.FeatureSize), value => value != 0);
        Assert.Equal(SampleClips.Width, ImageLoader.Load(_folder.FilesOf("clip_1")[0]).Width);
    }

    [Fact]
    public async Task What_is_there_is_not_made_again_and_what_is_missing_is_made_as_before()
    {
        _folder.AddClips(3);
        await _folder.ExtractAsync();
        var before = ExtractionFolder.ContentOf(_folder.Output);
        var kept = _folder.FilesOf("clip_0")[1];
        var changed = File.GetLastWriteTimeUtc(kept);
        File.Delete(_folder.FilesOf("clip_1")[2]);
        foreach (var file in _folder.FilesOf("clip_2"))
            File.Delete(file);

        var run = await _folder.ExtractAsync();

        Assert.Equal((0, 1, 2), (run.Code, Number(run, "already_there"), Number(run, "made")));
        Assert.Equal(before, ExtractionFolder.ContentOf(_folder.Output));
        Assert.Equal(changed, File.GetLastWriteTimeUtc(kept));
    }

    [Fact]
    public async Task Files_of_other_settings_are_refused_and_made_anew_when_told()
    {
        _folder.AddClips(3);
        await _folder.ExtractAsync();
        var before = ExtractionFolder.ContentOf(_folder.Output);

        var refused = await _folder.ExtractAsync("--frame", "2");

        Assert.Equal(2, refused.Code);
        Assert.Equal(
            $"{Path.Combine(_folder.Output, "extraction.json")}: 'frames' was made with frame first; now it would be "
            + "frame 2: name another --output, or make it anew with --overwrite",
            refused.ErrorLine);
        Assert.Equal(before, ExtractionFolder.ContentOf(_folder.Output));

        var names = _folder["names.txt"];
        File.WriteAllText(names, "clip_0 1 happy 0\nclip_1\n");
        var anew = await _folder.ExtractAsync("--frame", "2", "--overwrite", "--names", names);

        Assert.Equal((0, 2), (anew.Code, Number(anew, "made")));
        var after = ExtractionFolder.ContentOf(_folder.Output);
        Assert.NotEqual(before["frames/clip_0.png"], after["frames/clip_0.png"]);
        Assert.Equal(before["HL-UTT/clip_0.npy"], after["HL-UTT/clip_0.npy"]);

        // Frames of the first settings are gone, also those of clips that had no turn.
        Assert.DoesNotContain("frames/clip_2.png", after.Keys);
        Assert.Contains("HL-UTT/clip_2.npy", after.Keys);
    }

    [Fact]
    public async Task Files_that_extract_did_not_make_are_never_touched()
    {
        _folder.AddClips(1);
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Output, "HL-UTT"));
        File.WriteAllText(Path.Combine(folder.FullName, "other.npy"), "precious");

        var run = await _folder.ExtractAsync("--overwrite");

        Assert.Equal(2, run.Code);
        Assert.Equal($"{folder.FullName}: holds files that extract did not make; name another --output", run.ErrorLine);
        Assert.Equal("precious", File.ReadAllText(Path.Combine(folder.FullName, "other.npy")));
    }

    [Fact]
    public async Task Another_encoder_is_other_settings_and_one_more_is_not()
    {
        _folder.AddClips(1);
        string[] voice = ["extract", _folder.Clips, "--output", _folder.Output, "--device", "cpu", "--json", "--hubert"];
        Assert.Equal(0, (await CliRun.Of([.. voice, _encoders.Features.Hubert!])).Code);
        Assert.Equal(2, _folder.FilesOf("clip_0").Count);

        Assert.Equal(0, (await _folder.ExtractAsync()).Code);
        Assert.Equal(4, _folder.FilesOf("clip_0").Count);

        var other = _folder["other"];
        ToyEncoders.WriteHubert(other, ExtractedClip.FeatureSize);
        File.AppendAllText(Path.Combine(other, "config.json"), " ");
        var run = await CliRun.Of([.. voice, other]);

        Assert.Equal(2, run.Code);
        Assert.Contains("'HL-UTT' was made with encoder", run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clip_that_fails_is_listed_with_the_reason_and_the_others_are_made()
    {
        _folder.AddClips(2);
        File.WriteAllText(Path.Combine(_folder.Clips, "clip_9.mp4"), "no clip");
        SampleClips.Counting(Path.Combine(_folder.Clips, "silent.mp4"), 5, sound: false);
        File.WriteAllText(_folder["names.csv"], "name,sentence\nclip_0,Hello.\nsilent,\nabsent,x\nclip_9,y\nclip_1,z\n");

        var run = await _folder.ExtractAsync("--names", _folder["names.csv"]);

        Assert.Equal((1, 2), (run.Code, Number(run, "made")));
        var listed = File.ReadLines(Path.Combine(_folder.Output, "failures.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["silent", "absent", "clip_9"], listed.Select(failure => failure.GetProperty("clip").GetString()));
        string[] reasons = ["it has no sound", "there is no such clip", "not a clip, or a damaged one"];
        Assert.All(reasons.Zip(listed), pair => Assert.StartsWith(
            $"{pair.Second.GetProperty("path").GetString()}: {pair.First}",
            pair.Second.GetProperty("reason").GetString(), StringComparison.Ordinal));
        Assert.Empty(_folder.FilesOf("silent"));

        // Mended, they are made and the list is gone.
        File.Delete(Path.Combine(_folder.Clips, "clip_9.mp4"));
        Assert.Equal(0, (await _folder.ExtractAsync("--allow-silent", "--overwrite")).Code);
        Assert.False(File.Exists(Path.Combine(_folder.Output, "failures.jsonl")));
        Assert.Equal(4, _folder.FilesOf("silent").Count);
    }

    [Fact]
    public async Task People_are_told_what_was_made_and_what_failed()
    {
        _folder.AddClips(1);
        File.WriteAllText(Path.Combine(_folder.Clips, "clip_9.mp4"), "no clip");

        var run = await CliRun.Of("extract", _folder.Clips, "--output", _folder.Output);

        Assert.Equal(1, run.Code);
        Assert.Contains("1 clips extracted in", run.Output, StringComparison.Ordinal);
        Assert.Contains("clip_9: " + Path.Combine(_folder.Clips, "clip_9.mp4") + ": not a clip", run.Output,
            StringComparison.Ordinal);
        Assert.Contains("1 of 2 clips: " + Path.Combine(_folder.Output, "failures.jsonl"), run.Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mistakes_are_found_before_anything_is_done()
    {
        _folder.AddClips(1);
        File.Copy(Path.Combine(_folder.Clips, "clip_0.mp4"), Path.Combine(_folder.Clips, "clip_0.avi"));
        await AssertRefused("two clips are called 'clip_0'");
        File.Delete(Path.Combine(_folder.Clips, "clip_0.avi"));
        await AssertRefused("frame 'frist': give first, middle or a number from 0 (did you mean 'first'?)",
            "--frame", "frist");
        await AssertRefused("name a folder of OpenFace tables", "--frame", "peak");
        await AssertRefused($"--openface: no such folder: {_folder["absent"]}", "--openface", _folder["absent"]);
        await AssertRefused("--workers 0: give a number from 1 to 256", "--workers", "0");
        await AssertRefused($"{_folder["absent.txt"]}: ", "--names", _folder["absent.txt"]);
        Directory.CreateDirectory(_folder["empty"]);
        await AssertRefused($"{_folder["empty"]}/config.json: cannot be read", "--hubert", _folder["empty"]);

        async Task AssertRefused(string message, params string[] arguments)
        {
            var run = await CliRun.Of(["extract", _folder.Clips, "--output", _folder.Output, .. arguments]);
            Assert.Equal(2, run.Code);
            Assert.Contains(message, run.ErrorLine, StringComparison.Ordinal);
            Assert.False(Directory.Exists(Path.Combine(_folder.Output, "frames")));
        }
    }

    private static int Number(CliRun run, string name) => run.Json.GetProperty(name).GetInt32();
}
