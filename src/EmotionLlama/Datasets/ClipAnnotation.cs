namespace EmotionLlama.Datasets;

/// <summary>One line of an annotation file.</summary>
/// <param name="Name">The clip's name: that of its frame, features, transcript and captions.</param>
/// <param name="Frames">Frames of the clip; 0 where unknown.</param>
/// <param name="Emotion">The labelled emotion.</param>
/// <param name="Valence">How pleasant the emotion is, on the scale of the annotators.</param>
public sealed record ClipAnnotation(string Name, int Frames, Emotion Emotion, double Valence);
