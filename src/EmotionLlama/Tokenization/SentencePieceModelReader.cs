using Google.Protobuf;

namespace EmotionLlama.Tokenization;

/// <summary>Reads the protocol buffer inside a SentencePiece <c>tokenizer.model</c>. Fields that Llama does not need
/// are skipped.</summary>
internal static class SentencePieceModelReader
{
    /// <summary>Reads a model.</summary>
    /// <exception cref="InvalidProtocolBufferException">The bytes are not a protocol buffer, or are cut off.</exception>
    public static SentencePieceModel Read(byte[] bytes)
    {
        using var input = new CodedInputStream(bytes);
        var pieces = new List<SentencePiece>();
        // Where a file leaves a setting out, the format's own default holds, which is not always Llama's.
        var model = new SentencePieceModel
        {
            Pieces = pieces,
            Algorithm = SentencePieceAlgorithm.Unigram,
            Normalizer = "",
            RemovesExtraSpaces = true,
            ByteFallback = false,
        };
        while (input.ReadTag() is var tag and not 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case SentencePieceFields.Pieces:
                    pieces.Add(ReadPiece(input.ReadBytes()));
                    break;
                case SentencePieceFields.Trainer:
                    model = ReadTrainer(model, input.ReadBytes());
                    break;
                case SentencePieceFields.Normalizer:
                    model = ReadNormalizer(model, input.ReadBytes());
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return model;
    }

    private static SentencePiece ReadPiece(ByteString bytes)
    {
        using var input = bytes.CreateCodedInput();
        var piece = new SentencePiece("", 0, SentencePieceKind.Normal);
        while (input.ReadTag() is var tag and not 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case SentencePieceFields.PieceText:
                    piece = piece with { Text = input.ReadString() };
                    break;
                case SentencePieceFields.PieceScore:
                    piece = piece with { Score = input.ReadFloat() };
                    break;
                case SentencePieceFields.PieceKind:
                    piece = piece with { Kind = (SentencePieceKind)input.ReadEnum() };
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return piece;
    }

    private static SentencePieceModel ReadTrainer(SentencePieceModel model, ByteString bytes)
    {
        using var input = bytes.CreateCodedInput();
        while (input.ReadTag() is var tag and not 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case SentencePieceFields.TrainerAlgorithm:
                    model = model with { Algorithm = (SentencePieceAlgorithm)input.ReadEnum() };
                    break;
                case SentencePieceFields.TrainerSpacesFollowWords:
                    model = model with { SpacesFollowWords = input.ReadBool() };
                    break;
                case SentencePieceFields.TrainerByteFallback:
                    model = model with { ByteFallback = input.ReadBool() };
                    break;
                case SentencePieceFields.TrainerUnknownId:
                    model = model with { UnknownId = input.ReadInt32() };
                    break;
                case SentencePieceFields.TrainerBeginId:
                    model = model with { BeginId = input.ReadInt32() };
                    break;
                case SentencePieceFields.TrainerEndId:
                    model = model with { EndId = input.ReadInt32() };
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return model;
    }

    private static SentencePieceModel ReadNormalizer(SentencePieceModel model, ByteString bytes)
    {
        using var input = bytes.CreateCodedInput();
        while (input.ReadTag() is var tag and not 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case SentencePieceFields.NormalizerName:
                    model = model with { Normalizer = input.ReadString() };
                    break;
                case SentencePieceFields.NormalizerCharacterMap:
                    model = model with { HasCharacterMap = !input.ReadBytes().IsEmpty };
                    break;
                case SentencePieceFields.NormalizerDummyPrefix:
                    model = model with { AddsDummyPrefix = input.ReadBool() };
                    break;
                case SentencePieceFields.NormalizerRemoveExtraSpaces:
                    model = model with { RemovesExtraSpaces = input.ReadBool() };
                    break;
                case SentencePieceFields.NormalizerEscapeSpaces:
                    model = model with { EscapesSpaces = input.ReadBool() };
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return model;
    }
}
