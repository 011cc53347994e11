namespace EmotionLlama.World;

/// <summary>How the head is held, in degrees.</summary>
/// <param name="Yaw">Turned to the right of the picture where positive.</param>
/// <param name="Pitch">Bent down where positive.</param>
/// <param name="Roll">Tilted clockwise where positive.</param>
public readonly record struct HeadPose(float Yaw, float Pitch, float Roll);
