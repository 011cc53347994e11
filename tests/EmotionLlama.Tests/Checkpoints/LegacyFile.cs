using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using EmotionLlama.Checkpoints.Pickling;

namespace EmotionLlama.Tests.Checkpoints;

/// <summary>Assembles a checkpoint in the format of PyTorch before 1.6, part by part, so that parts can be wrong.
/// </summary>
internal sealed record LegacyFile
{
    public static readonly BigInteger TorchMagic =
        BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    public BigInteger Magic { get; init; } = TorchMagic;

    public bool LittleEndian { get; init; } = true;

    /// <summary>The objects; tensors in them are <see cref="LegacyTensor"/>.</summary>
    public required object Root { get; init; }

    public required OrderedDictionary<string, float[]> Storages { get; init; }

    /// <summary>The keys listed, where they are not those of the storages.</summary>
    public object?[]? Keys { get; init; }

    public byte[] ToArray()
    {
        using var file = new MemoryStream();
        WritePickle(file, Magic);
        WritePickle(file, 1001);
        WritePickle(file, new Dictionary<string, object>
        {
            ["protocol_version"] = 1001,
            ["little_endian"] = LittleEndian,
        });
        WritePickle(file, Root);
        WritePickle(file, Keys ?? [.. Storages.Keys]);
        foreach (var values in Storages.Values)
        {
            var count = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(count, values.Length);
            file.Write(count);
            file.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values));
        }

        return file.ToArray();
    }

    public static void WritePickle(Stream file, object root) => new PickleWriter(file, WriteTensor).WritePickle(root);

    private static bool WriteTensor(PickleWriter writer, object value)
    {
        if (value is not LegacyTensor tensor)
            return false;

        writer.WriteGlobal("torch._utils", "_rebuild_tensor_v2");
        writer.Write(PickleOpcode.Mark);
        writer.Write(PickleOpcode.Mark);
        writer.WriteText("storage");
        writer.WriteGlobal("torch", "FloatStorage");
        writer.WriteText(tensor.Key);
        writer.WriteText("cuda:0");
        writer.WriteInteger(tensor.Count);
        writer.WriteValue(tensor.PartOf);
        writer.Write(PickleOpcode.Tuple);
        writer.Write(PickleOpcode.BinPersId);
        writer.WriteInteger(tensor.Offset);
        writer.WriteTuple([.. tensor.Shape.Cast<object?>()]);
        writer.WriteTuple([.. tensor.Strides.Cast<object?>()]);
        writer.WriteValue(false);
        writer.WriteValue(null);
        writer.Write(PickleOpcode.Tuple);
        writer.Write(PickleOpcode.Reduce);
        return true;
    }
}
