namespace EmotionLlama.Tokenization;

/// <summary>One entry of a SentencePiece vocabulary.</summary>
/// <param name="Text">The piece as it is written in the file, with <c>▁</c> in place of a space.</param>
/// <param name="Score">The priority of the merge that makes it; the higher comes first.</param>
/// <param name="Kind">What the piece stands for.</param>
public readonly record struct SentencePiece(string Text, float Score, SentencePieceKind Kind);
