using EmotionLlama.Construction;
using EmotionLlama.Media.OpenFace;

namespace EmotionLlama.Tests.Construction;

public sealed class FaceEvidenceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_peak_frame_gives_the_units_and_their_lines()
    {
        var face = Read("frame,success,AU06_r,AU12_r,AU25_r\n1,1,0.5,0.5,0\n2,1,1.2,3.6,0.9\n3,0,5,5,5\n")!;

        Assert.Equal((3, 1), (face.Frames, face.PeakIndex));
        Assert.Equal(new Dictionary<int, double> { [6] = 1.2f, [12] = 3.6f }, face.PeakUnits);
        Assert.Equal(["the cheeks are slightly raised", "a broad smile pulls the lip corners far up"], face.Descriptions);
    }

    [Fact]
    public void Common_units_are_there_in_a_tenth_of_the_frames()
    {
        // Of 20 frames unit 4 is there in two and unit 9 in one; unit 12 is in each.
        var rows = Enumerable.Range(1, 20).Select(frame => $"{frame},{(frame <= 2 ? 2 : 0)},{(frame == 5 ? 1 : 0)},1");
        var face = Read("frame,AU04_r,AU09_r,AU12_r\n" + string.Join('\n', rows) + "\n")!;

        Assert.Equal([4, 12], face.CommonUnits);
    }

    [Fact]
    public void Where_a_table_only_knows_presence_a_unit_counts_as_marked()
    {
        var face = Read("frame,AU06_c,AU12_c\n1,1,0\n2,1,1\n")!;

        Assert.Equal(1, face.PeakIndex);
        Assert.Equal(new Dictionary<int, double> { [6] = 2, [12] = 2 }, face.PeakUnits);
    }

    [Fact]
    public void A_unit_without_a_text_is_left_out() =>
        Assert.Equal([12], Read("frame,AU12_r,AU99_r\n1,2,5\n")!.PeakUnits.Keys);

    [Fact]
    public void A_face_that_was_never_found_gives_nothing() =>
        Assert.Null(Read("frame,success,AU12_r\n1,0,2\n"));

    [Fact]
    public void A_table_of_landmarks_is_refused() => Assert.Contains(
        "has no action units; run OpenFace with -aus",
        Assert.Throws<InputException>(() => Read("frame,x_0,y_0\n1,2,3\n")).Message,
        StringComparison.Ordinal);

    private FaceEvidence? Read(string table)
    {
        File.WriteAllText(_folder["clip.csv"], table);
        return FaceEvidence.Read(OpenFaceTable.Read(_folder["clip.csv"]), minIntensity: 1);
    }
}
