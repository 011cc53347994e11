using EmotionLlama.Media.OpenFace;

namespace EmotionLlama.Tests.Media.OpenFace;

public sealed class FaceBoxTests
{
    [Fact]
    public void Without_margin_the_box_is_what_the_landmarks_span() => Assert.Equal(
        new FaceBox(10, 20, 20, 41),
        FaceBox.Around(new LandmarkExtent(10, 20.5, 30, 60.5), 640, 480, margin: 0, square: false));

    [Fact]
    public void The_margin_is_a_share_of_the_longer_side() => Assert.Equal(
        new FaceBox(90, 90, 40, 60),
        FaceBox.Around(new LandmarkExtent(100, 100, 120, 140), 640, 480, margin: 0.25, square: false));

    [Fact]
    public void A_square_box_grows_about_the_middle() => Assert.Equal(
        new FaceBox(80, 90, 60, 60),
        FaceBox.Around(new LandmarkExtent(100, 100, 120, 140), 640, 480, margin: 0.25));

    [Fact]
    public void A_box_is_cut_at_the_frame() => Assert.Equal(
        new FaceBox(0, 0, 30, 25),
        FaceBox.Around(new LandmarkExtent(-10, -20, 40, 30), 30, 25, margin: 0));

    [Fact]
    public void A_face_outside_the_frame_has_no_box()
    {
        Assert.Null(FaceBox.Around(new LandmarkExtent(700, 10, 720, 30), 640, 480));
        Assert.Null(FaceBox.Around(new LandmarkExtent(10, -90, 30, -60), 640, 480));
    }

    [Fact]
    public void A_point_has_no_box_without_a_margin_of_its_own() =>
        Assert.Null(FaceBox.Around(new LandmarkExtent(10, 10, 10, 10), 640, 480));
}
