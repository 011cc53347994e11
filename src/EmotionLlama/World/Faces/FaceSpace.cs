using SkiaSharp;

namespace EmotionLlama.World.Faces;

/// <summary>
/// The coordinates in which a face is drawn. The scene is 100 by 100 units; points of the head are given from its
/// centre, <c>x</c> to the right, <c>y</c> down and <c>z</c> towards the viewer, and turned by the pose. A roll turns
/// the whole canvas instead.
/// </summary>
internal readonly struct FaceSpace
{
    /// <summary>The side of the scene.</summary>
    public const float SceneSide = 100;

    /// <summary>The head's centre in the scene, at the height of the eyes.</summary>
    public static readonly SKPoint Center = new(50, 47);

    private readonly float _yawSine;
    private readonly float _yawCosine;
    private readonly float _pitchSine;
    private readonly float _pitchCosine;

    public FaceSpace(HeadPose pose)
    {
        (_yawSine, _yawCosine) = MathF.SinCos(pose.Yaw * MathF.PI / 180);
        (_pitchSine, _pitchCosine) = MathF.SinCos(pose.Pitch * MathF.PI / 180);
    }

    /// <summary>Where a point of the head appears in the scene.</summary>
    public SKPoint Map(float x, float y, float z)
    {
        var turnedX = (x * _yawCosine) + (z * _yawSine);
        var turnedZ = (z * _yawCosine) - (x * _yawSine);
        var turnedY = (y * _pitchCosine) + (turnedZ * _pitchSine);
        return new SKPoint(Center.X + turnedX, Center.Y + turnedY);
    }
}
