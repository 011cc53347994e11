using EmotionLlama.Runtime;
using Google.Protobuf;

namespace EmotionLlama.Tokenization;

/// <summary>Writes a <c>tokenizer.model</c> file that SentencePiece and everything built on it can open.</summary>
public static class SentencePieceModelWriter
{
    /// <summary>Writes the file: beside its place first, then renamed. The same model gives the same bytes.</summary>
    public static void Write(SentencePieceModel model, string path)
    {
        var bytes = Serialize(model);
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    /// <summary>The bytes of the file.</summary>
    public static byte[] Serialize(SentencePieceModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Message(output =>
        {
            foreach (var piece in model.Pieces)
                WriteMessage(output, SentencePieceFields.Pieces, Piece(piece));
            WriteMessage(output, SentencePieceFields.Trainer, Trainer(model));
            WriteMessage(output, SentencePieceFields.Normalizer, Normalizer(model));
        });
    }

    private static byte[] Piece(SentencePiece piece) => Message(output =>
    {
        output.WriteTag(SentencePieceFields.PieceText, WireFormat.WireType.LengthDelimited);
        output.WriteString(piece.Text);
        output.WriteTag(SentencePieceFields.PieceScore, WireFormat.WireType.Fixed32);
        output.WriteFloat(piece.Score);
        if (piece.Kind != SentencePieceKind.Normal)
            WriteNumber(output, SentencePieceFields.PieceKind, (int)piece.Kind);
    });

    private static byte[] Trainer(SentencePieceModel model) => Message(output =>
    {
        WriteNumber(output, SentencePieceFields.TrainerAlgorithm, (int)model.Algorithm);
        WriteNumber(output, SentencePieceFields.TrainerVocabularySize, model.Pieces.Count);
        WriteFlag(output, SentencePieceFields.TrainerSpacesFollowWords, model.SpacesFollowWords);
        WriteFlag(output, SentencePieceFields.TrainerSplitDigits, true);
        WriteFlag(output, SentencePieceFields.TrainerByteFallback, model.ByteFallback);
        WriteNumber(output, SentencePieceFields.TrainerUnknownId, model.UnknownId);
        WriteNumber(output, SentencePieceFields.TrainerBeginId, model.BeginId);
        WriteNumber(output, SentencePieceFields.TrainerEndId, model.EndId);
        WriteNumber(output, SentencePieceFields.TrainerPadId, -1);
    });

    private static byte[] Normalizer(SentencePieceModel model) => Message(output =>
    {
        output.WriteTag(SentencePieceFields.NormalizerName, WireFormat.WireType.LengthDelimited);
        output.WriteString(model.Normalizer);
        WriteFlag(output, SentencePieceFields.NormalizerDummyPrefix, model.AddsDummyPrefix);
        WriteFlag(output, SentencePieceFields.NormalizerRemoveExtraSpaces, model.RemovesExtraSpaces);
        WriteFlag(output, SentencePieceFields.NormalizerEscapeSpaces, model.EscapesSpaces);
    });

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
            write(output);

        return bytes.ToArray();
    }

    private static void WriteMessage(CodedOutputStream output, int field, byte[] message)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(UnsafeByteOperations.UnsafeWrap(message));
    }

    private static void WriteNumber(CodedOutputStream output, int field, int value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt32(value);
    }

    private static void WriteFlag(CodedOutputStream output, int field, bool value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteBool(value);
    }
}
