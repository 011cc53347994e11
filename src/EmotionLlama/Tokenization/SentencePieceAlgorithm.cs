namespace EmotionLlama.Tokenization;

/// <summary>How a SentencePiece model splits text. The numbers are those of the file format.</summary>
public enum SentencePieceAlgorithm
{
    /// <summary>Not stated.</summary>
    None = 0,

    /// <summary>The most likely split by piece probabilities.</summary>
    Unigram = 1,

    /// <summary>Byte pair encoding: the best merge first. Llama uses it.</summary>
    BytePair = 2,

    /// <summary>Whole words.</summary>
    Word = 3,

    /// <summary>Single characters.</summary>
    Character = 4,
}
