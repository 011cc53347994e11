using EmotionLlama.Media.OpenFace;

namespace EmotionLlama.Tests.Media.OpenFace;

public sealed class OpenFaceTableTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_table_with_padded_names_is_read_as_OpenFace_writes_it()
    {
        var table = Read(
            "frame, face_id, timestamp, confidence, success, gaze_0_x, x_0, x_1, y_0, y_1, AU01_r, AU12_r, AU12_c, "
            + "AU28_c\n"
            + "1, 0, 0.000, 0.98, 1, 0.1, 10.5, 30.0, 20.0, 60.5, 0.25, 1.50, 1.00, 0.00\n"
            + "2, 0, 0.033, 0.02, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.00, 0.00, 0.00, 0.00\n");

        Assert.Equal([1, 12, 28], table.Units);
        Assert.True(table.HasIntensities);
        Assert.True(table.HasLandmarks);
        var row = table.Rows[0];
        Assert.Equal(
            (1, 0, 0, 0.0, 0.98, true),
            (row.Frame, row.FrameIndex, row.FaceId, row.Timestamp, row.Confidence, row.Success));
        Assert.Equal([new(1, 0.25f, null), new(12, 1.5f, true), new(28, null, false)], row.Units);
        Assert.Equal(new LandmarkExtent(10.5, 20, 30, 60.5), row.Landmarks);
        Assert.Equal(1.75, row.Activity);
        Assert.False(table.Rows[1].Success);
        Assert.Empty(table.Rows[1].Units);
        Assert.Null(table.Rows[1].Landmarks);
    }

    [Fact]
    public void The_peak_is_the_first_frame_with_success_and_the_largest_sum()
    {
        // Sums: 3.0, 9.0 without success, 0.3 + 4.1 = 4.4, 4.4 again.
        var table = Read(
            "frame,success,AU01_r,AU04_r\n1,1,1.0,2.0\n2,0,4.5,4.5\n3,1,0.3,4.1\n4,1,4.3,0.1\n");

        Assert.Equal(3, table.Peak!.Frame);
        Assert.Equal(2, table.Peak.FrameIndex);
        Assert.Equal(4.4, table.Peak.Activity);
    }

    [Fact]
    public void Without_intensities_the_peak_has_the_most_units()
    {
        var table = Read("frame,success,AU01_c,AU04_c,AU12_c\n1,1,1,0,0\n2,1,0,1,1\n3,1,1,1,0\n");

        Assert.False(table.HasIntensities);
        Assert.Equal(2, table.Peak!.Frame);
        Assert.Equal(2, table.Peak.Activity);
    }

    [Fact]
    public void A_face_that_was_never_found_has_no_peak() =>
        Assert.Null(Read("frame,success,AU01_r\n1,0,2\n2,0,3\n").Peak);

    [Fact]
    public void Of_several_faces_the_one_found_most_often_counts()
    {
        var table = Read(
            "frame,face_id,success,AU01_r\n1,0,1,5\n1,1,1,1\n2,0,0,5\n2,1,1,2\n3,1,1,0\n");

        Assert.Equal(1, table.MainFace);
        Assert.Equal((2, 1), (table.Peak!.Frame, table.Peak.FaceId));
        Assert.Equal(1, table.At(0)!.FaceId);
        Assert.Null(table.At(3));
    }

    [Fact]
    public void Two_faces_found_equally_often_are_decided_by_number() =>
        Assert.Equal(1, Read("frame,face_id,success,AU01_r\n1,2,1,5\n1,1,1,1\n").MainFace);

    [Fact]
    public void Action_units_alone_are_enough()
    {
        var table = Read("AU06_r,AU12_r\n0.5,1\n0.5,2\n");

        Assert.False(table.HasLandmarks);
        Assert.Equal([1, 2], table.Rows.Select(row => row.Frame));
        Assert.All(table.Rows, row => Assert.True(row.Success && row.Confidence == 1 && row.Timestamp is null));
        Assert.Equal(2, table.Peak!.Frame);
        Assert.Null(table.Peak.Box(100, 100));
    }

    [Fact]
    public void Landmarks_alone_are_enough()
    {
        var table = Read("frame,x_36,y_36,x_45,y_45,x_7\n1.0,40,50,60,50,1\n");

        Assert.Empty(table.Units);
        Assert.Equal(new LandmarkExtent(40, 50, 60, 50), table.At(0)!.Landmarks);
        Assert.Equal(0, table.Peak!.Activity);
    }

    [Theory]
    [InlineData("nan")]
    [InlineData("-nan(ind)")]
    [InlineData("inf")]
    [InlineData("")]
    public void An_unknown_figure_makes_the_row_one_without_success(string unknown)
    {
        var table = Read($"frame,success,AU01_r\n1,1,{unknown}\n2,1,0.1\n");

        Assert.False(table.Rows[0].Success);
        Assert.Equal(2, table.Peak!.Frame);
    }

    [Fact]
    public void Units_beyond_the_usual_ones_are_kept()
    {
        var table = Read("frame,AU99_r,au02_R,AU1234_r\n1,3,1,5\n");

        Assert.Equal([2, 99], table.Units);
    }

    [Theory]
    [InlineData("", ": is empty")]
    [InlineData("frame,AU01_r\n", ": has no frame below its header")]
    [InlineData("frame,success\n1,1\n", ":1: has neither action units (AU01_r …) nor landmarks")]
    [InlineData("face_id,AU01_r\n0,1\n", ":1: has no column 'frame'")]
    [InlineData("frame,AU01_r,AU01_r\n1,1,1\n", ":1: has the column 'AU01_r' twice")]
    [InlineData("frame,AU01_r,AU1_r\n1,1,1\n", ":1: has two columns for action unit 1")]
    [InlineData("frame,AU01_r\n1,1\n0,1\n", ":3: frame 0: OpenFace counts frames from 1")]
    [InlineData("frame,AU01_r\n1,1\n1,1\n", ":3: has frame 1 of face 0 a second time")]
    [InlineData("frame,AU01_r\n1.5,1\n", ":2: frame '1.5' is no whole number")]
    [InlineData("frame,AU01_r\n1,x\n", ":2: AU01_r 'x' is no number")]
    [InlineData("frame,AU01_r\n1,5.1\n", ":2: AU01_r is 5.1, not from 0 to 5")]
    [InlineData("frame,AU01_r\n1,-1\n", ":2: AU01_r is -1, not from 0 to 5")]
    [InlineData("frame,AU01_c\n1,2\n", ":2: AU01_c is '2', not 0 or 1")]
    [InlineData("frame,success,AU01_c\n1,yes,1\n", ":2: success 'yes' is no number")]
    [InlineData("frame,confidence,AU01_c\n1,98,1\n", ":2: confidence is 98, not from 0 to 1")]
    [InlineData("frame,face_id,AU01_c\n1,-1,1\n", ":2: face_id -1 is no number of a face")]
    [InlineData("frame,AU01_c\n1,1\n2\n", ":3: is not a row of CSV like its header")]
    public void Mistakes_are_named_with_their_line(string text, string message)
    {
        var error = Assert.Throws<InputException>(() => Read(text));

        Assert.StartsWith(_folder["clip.csv"] + message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_missing_table_is_named()
    {
        var error = Assert.Throws<InputException>(() => OpenFaceTable.Read(_folder["none.csv"]));

        Assert.Equal(_folder["none.csv"] + ": no such file; check the path", error.Message);
    }

    private OpenFaceTable Read(string text)
    {
        File.WriteAllText(_folder["clip.csv"], text);
        return OpenFaceTable.Read(OpenFaceTable.PathOf(_folder.Location, "clip"));
    }
}
