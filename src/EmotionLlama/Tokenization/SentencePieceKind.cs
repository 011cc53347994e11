namespace EmotionLlama.Tokenization;

/// <summary>What a piece of a SentencePiece vocabulary stands for. The numbers are those of the file format.</summary>
public enum SentencePieceKind
{
    /// <summary>Not a piece.</summary>
    None = 0,

    /// <summary>Text.</summary>
    Normal = 1,

    /// <summary>Text that no other piece covers.</summary>
    Unknown = 2,

    /// <summary>A mark without text, such as the beginning or the end of a sequence.</summary>
    Control = 3,

    /// <summary>Text that is never split.</summary>
    UserDefined = 4,

    /// <summary>A place in the vocabulary without a use.</summary>
    Unused = 5,

    /// <summary>One byte of UTF-8, written as <c>&lt;0x41&gt;</c>.</summary>
    Byte = 6,
}
