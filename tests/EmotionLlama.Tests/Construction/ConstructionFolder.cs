using System.Globalization;
using EmotionLlama.Tests.Cli;
using EmotionLlama.Tests.Media.Clips;

namespace EmotionLlama.Tests.Construction;

/// <summary>Clips, hand-written OpenFace tables and transcripts to build a data set of.</summary>
internal sealed class ConstructionFolder : IDisposable
{
    /// <summary>The units of faces, each at intensity 3.</summary>
    public static readonly int[] Happy = [6, 12], Sad = [1, 4, 15], Surprised = [5, 26], Angry = [4, 5, 7, 23];

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _lines = ["name,sentence"];

    public ConstructionFolder()
    {
        Directory.CreateDirectory(Clips);
        Directory.CreateDirectory(Tables);
    }

    public string Clips => _folder["clips"];

    public string Tables => _folder["openface"];

    public string Transcripts => _folder["said.csv"];

    public string Output => _folder["output"];

    /// <summary>A path in the folder.</summary>
    public string this[string name] => _folder[name];

    /// <summary>Adds a clip whose face is at its peak in the last frame. Its length tells it from others, and the
    /// brightness of that frame.</summary>
    public void Add(string name, int frames, int[] units, string sentence, bool sound = true)
    {
        AddClip(name, frames, sound);
        AddTable(name, frames, units);
        Say(name, sentence);
    }

    /// <summary>Adds a clip without a table.</summary>
    public void AddClip(string name, int frames, bool sound = true) =>
        SampleClips.Counting(Path.Combine(Clips, name + ".mp4"), frames, sound);

    /// <summary>Adds a table without a clip: the units at 3 in the peak frame and at 1 in the others.</summary>
    public void AddTable(string name, int frames, int[] units, int? peak = null, string extra = "")
    {
        int[] all = [1, 4, 5, 6, 7, 12, 15, 20, 23, 26];
        var lines = new List<string>
        {
            "frame, face_id, timestamp, confidence, success"
                + string.Concat(all.Select(unit => $", AU{unit:D2}_r")) + extra,
        };
        for (var frame = 1; frame <= frames; frame++)
        {
            var strength = frame == (peak ?? frames) ? "3.00" : "1.00";
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{frame}, 0, {(frame - 1) / 10.0}, 0.98, 1")
                + string.Concat(all.Select(unit => units.Contains(unit) ? $", {strength}" : ", 0.00"))
                + (extra.Length > 0 ? ", 4.00" : ""));
        }

        File.WriteAllLines(Path.Combine(Tables, name + ".csv"), lines);
    }

    public void Say(string name, string sentence)
    {
        _lines.Add($"{name},\"{sentence}\"");
        File.WriteAllLines(Transcripts, _lines);
    }

    /// <summary>Eight clips: six whose models agree, one whose face has no label, one without sound.</summary>
    public ConstructionFolder AddEight()
    {
        Add("a", 5, Happy, "the boat leaves at nine with bread cheese apples and two maps");
        Add("b", 6, Sad, "that letter lay under chairs since winter while nobody opened any window");
        Add("c", 7, Surprised, "eleven green parrots just walked across our kitchen carrying small umbrellas");
        Add("d", 8, Angry, "you parked another truck on my lawn and broke every fence post");
        Add("e", 9, [], "trains from platform four run twice each hour until late evening");
        Add("f", 10, [20], "whatever");
        Add(
            "g",
            11,
            Happy,
            "grandmother painted seven doors yellow before lunch then danced until midnight",
            sound: false);
        Add("h", 12, Sad, "their old dog slept beside an empty bowl through cold november rain");
        return this;
    }

    /// <summary>The arguments of <c>build-dataset</c> with three models at a stub.</summary>
    public string[] Arguments(StubModels models, string? output = null) =>
    [
        "build-dataset", "--clips", Clips, "--openface", Tables, "--transcripts", Transcripts,
        "--vision", $"eye@{models.BaseUrl}", "--audio", $"ear@{models.BaseUrl}", "--text", $"mind@{models.BaseUrl}",
        "--output", output ?? Output,
    ];

    public Task<CliRun> BuildAsync(StubModels models, params string[] more) =>
        CliRun.Of([.. Arguments(models), .. more]);

    /// <summary>All files of a folder with their bytes.</summary>
    public static SortedDictionary<string, string> Files(string folder)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            files[Path.GetRelativePath(folder, file)] = Convert.ToBase64String(File.ReadAllBytes(file));

        return files;
    }

    public void Dispose() => _folder.Dispose();
}
