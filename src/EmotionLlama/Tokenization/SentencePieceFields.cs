namespace EmotionLlama.Tokenization;

/// <summary>Field numbers of SentencePiece's <c>ModelProto</c> and the messages inside it.</summary>
internal static class SentencePieceFields
{
    public const int Pieces = 1;
    public const int Trainer = 2;
    public const int Normalizer = 3;

    public const int PieceText = 1;
    public const int PieceScore = 2;
    public const int PieceKind = 3;

    public const int TrainerAlgorithm = 3;
    public const int TrainerVocabularySize = 4;
    public const int TrainerSpacesFollowWords = 24;
    public const int TrainerSplitDigits = 25;
    public const int TrainerByteFallback = 35;
    public const int TrainerUnknownId = 40;
    public const int TrainerBeginId = 41;
    public const int TrainerEndId = 42;
    public const int TrainerPadId = 43;

    public const int NormalizerName = 1;
    public const int NormalizerCharacterMap = 2;
    public const int NormalizerDummyPrefix = 3;
    public const int NormalizerRemoveExtraSpaces = 4;
    public const int NormalizerEscapeSpaces = 5;
}
