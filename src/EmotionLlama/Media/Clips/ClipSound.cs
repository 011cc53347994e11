namespace EmotionLlama.Media.Clips;

/// <summary>The sound of a clip as it is stored.</summary>
/// <param name="Codec">Its coding: <c>aac</c>.</param>
/// <param name="SampleRate">Samples per second and channel.</param>
/// <param name="Channels">How many channels.</param>
public sealed record ClipSound(string Codec, int SampleRate, int Channels);
