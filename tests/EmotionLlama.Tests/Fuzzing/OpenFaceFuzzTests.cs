using EmotionLlama.Construction;
using EmotionLlama.Media.OpenFace;

namespace EmotionLlama.Tests.Fuzzing;

/// <summary>Damaged OpenFace tables end in one line that says what is wrong, or are read as what they have
/// become.</summary>
public sealed class OpenFaceFuzzTests
{
    private const string Format = "openface.csv";

    // A field of one digit is a string and an action unit.
    private static readonly FuzzLimits Limits = new() { PerByte = 64, Besides = 512 << 10 };

    private static readonly FuzzSample[] Samples =
    [
        new("whole", [.. """
            frame, face_id, timestamp, confidence, success, gaze_0_x, x_0, x_1, y_0, y_1, AU01_r, AU12_r, AU12_c, AU28_c
            1, 0, 0.000, 0.98, 1, 0.1, 10.5, 30.0, 20.0, 60.5, 0.25, 1.50, 1.00, 0.00
            2, 0, 0.033, 0.97, 1, 0.0, -1.0, 3.5e1, 21.0, 59.0, 2.75, 0.00, 1.00, 0.00
            3, 0, 0.067, 0.02, 0, 0.0, 0.0, 0.0, 0.0, 0.0, nan, -nan(ind), 0.00, 0.00

            """u8]),
        new("several faces", [.. "frame,face_id,success,AU06_r,AU12_r\r\n1,0,1,5,4.5\r\n1,1,1,0,1\r\n2,1,1,0.5,2\r\n"u8]),
        new("units alone", [.. "\uFEFFAU04_c,AU05_c,AU99_r\n1,0,\n0,1,5\n1,1,0.01\n"u8]),
    ];

    [Fact]
    public void Damaged_tables_are_read_or_refused()
    {
        using var run = new FuzzRun(Format, Limits, Read);
        run.Mutations(Samples);

        Assert.InRange(run.Taken, 100, FuzzRun.Cases);
        Assert.InRange(run.Refused, 100, FuzzRun.Cases);
    }

    [Fact]
    public void Tables_that_once_failed_are_read_or_refused()
    {
        using var run = new FuzzRun(Format, Limits, Read);
        run.Corpus();
    }

    private static void Read(string path)
    {
        var table = OpenFaceTable.Read(path);
        var box = table.Peak?.Box(640, 480);
        if (box is { } face)
        {
            Assert.InRange(face.Left, 0, 640 - face.Width);
            Assert.InRange(face.Top, 0, 480 - face.Height);
        }

        Assert.True(table.Peak?.Activity is null or >= 0 and < 1000);
        if (table.Units.Count > 0)
            FaceEvidence.Read(table, minIntensity: 1);
    }
}
