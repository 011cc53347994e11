namespace EmotionLlama.Endpoints;

/// <summary>A picture or a sound that a question is about.</summary>
/// <param name="Bytes">The file.</param>
/// <param name="MediaType">Its kind: <c>image/jpeg</c>, <c>audio/wav</c>.</param>
/// <param name="ContentKey">Names what is in it, whatever way it was coded: part of the answer's key.</param>
internal sealed record Attachment(byte[] Bytes, string MediaType, string ContentKey);
