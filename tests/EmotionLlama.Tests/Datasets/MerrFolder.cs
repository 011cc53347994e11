using System.Text.Json;
using EmotionLlama.Configuration;
using EmotionLlama.Media;

namespace EmotionLlama.Tests.Datasets;

/// <summary>A temporary folder of small MERR data: clips <c>clip_0</c>, <c>clip_1</c>, … whose features are filled with
/// 1 + place (FaceMAE), 101 + place (VideoMAE) and 201 + place (HuBERT).</summary>
internal sealed class MerrFolder : IDisposable
{
    public const int ImageSize = 8;
    public static readonly string[] FeatureFolders = ["mae_340_UTT", "maeV_399_UTT", "HL-UTT"];

    private readonly string[] _emotions;

    public MerrFolder(params string[] emotions)
    {
        _emotions = emotions;
        Root = Directory.CreateTempSubdirectory("merr-").FullName;
        for (var i = 0; i < emotions.Length; i++)
            AddMedia(i);

        WriteLines("annotations.txt", emotions.Select((emotion, i) => $"clip_{i} {30 + i} {emotion} -0.5"));
        WriteLines(
            "transcription_en_all.csv",
            emotions.Select((_, i) => $"clip_{i},\"Line {i}, spoken\"").Prepend("name,sentence"));
        WriteJson("MERR_coarse_grained.json", i => new { caption = $"Coarse caption {i}." });
        WriteJson("MERR_fine_grained.json", i => new
        {
            AU_list = new[] { "AU04", $"AU{i:D2}" },
            audio_prior_list = $"Voice {i}.",
            peak_index = "3",
            smp_reason_caption = $"Fine caption {i}.",
        });
    }

    public string Root { get; }

    public DatasetRecipe Recipe => new()
    {
        BuildInfo = new BuildInfoRecipe { ImagePath = PathOf("frames"), AnnPath = PathOf("annotations.txt") },
        TaskPool = new Dictionary<string, double> { ["reason_v2"] = 1 },
    };

    public string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    public string WriteLines(string name, IEnumerable<string> lines)
    {
        File.WriteAllText(PathOf(name), string.Join('\n', lines) + "\n");
        return PathOf(name);
    }

    public string WriteLines(string name, params string[] lines) => WriteLines(name, lines.AsEnumerable());

    public void WriteJson(string name, Func<int, object> record) => File.WriteAllText(
        PathOf(name),
        JsonSerializer.Serialize(Enumerable.Range(0, _emotions.Length).ToDictionary(i => $"clip_{i}", record)));

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private void AddMedia(int clip)
    {
        Directory.CreateDirectory(PathOf("frames"));
        var image = RgbImage.Blank(12, 10);
        Array.Fill(image.Pixels, (byte)(40 * (clip + 1)));
        image.SavePng(PathOf("frames", $"clip_{clip}.png"));
        for (var i = 0; i < FeatureFolders.Length; i++)
        {
            Directory.CreateDirectory(PathOf(FeatureFolders[i]));
            var numbers = new float[1024];
            Array.Fill(numbers, (100 * i) + clip + 1);
            NpyFile.Write(PathOf(FeatureFolders[i], $"clip_{clip}.npy"), numbers);
        }
    }
}
