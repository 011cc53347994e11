using System.Globalization;
using EmotionLlama.Checkpoints.Pickling;
using EmotionLlama.Checkpoints.Zip;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>Writes checkpoints in the zip format of PyTorch 1.6 and later, which <c>torch.load</c> reads, with
/// <c>weights_only=True</c> too.</summary>
public static class TorchCheckpointWriter
{
    /// <summary>Any name does; PyTorch uses this one where it writes to memory.</summary>
    private const string Prefix = "archive";

    /// <summary>Writes or replaces a checkpoint, one tensor at a time, so that tensors on a GPU need no second copy in
    /// memory.</summary>
    /// <param name="path">The file.</param>
    /// <param name="root">What to save: dictionaries (<c>dict</c>), lists and arrays (<c>list</c>),
    /// <see cref="PythonTuple"/> and .NET tuples (<c>tuple</c>), text, numbers, booleans, null, byte arrays, data
    /// types, tensors of any type on any device, <see cref="StoredTensor"/> of another checkpoint that is open, and
    /// <see cref="PendingTensor"/>. A tensor that occurs twice is stored once. In Python all tensors come back on the
    /// CPU and without gradient.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    /// <exception cref="ArgumentException">The tree holds something that a checkpoint cannot, or is nested more than
    /// 200 levels deep.</exception>
    public static void Save(string path, object? root)
    {
        var tensors = new List<object>();
        var pickle = WritePickle(root, tensors);
        AtomicFile.Write(path, stream =>
        {
            var archive = new ZipWriter(stream);
            archive.Add($"{Prefix}/data.pkl", pickle);
            archive.Add($"{Prefix}/byteorder", "little"u8.ToArray());
            for (var i = 0; i < tensors.Count; i++)
            {
                using var values = tensors[i] switch
                {
                    StoredTensor stored => stored.Read(),
                    PendingTensor pending => pending.ReadOnCpu(),
                    var tensor => TensorMemory.OnCpu((Tensor)tensor),
                };
                var memory = new TensorMemory(values);
                archive.Add($"{Prefix}/data/{Key(i)}", memory.Length, memory.Checksum(), memory.WriteTo);
            }

            archive.Add($"{Prefix}/version", "3\n"u8.ToArray());
            archive.Finish();
        });
    }

    /// <summary>Writes the objects, and lists the tensors among them in the order of their storages' keys.</summary>
    internal static byte[] WritePickle(object? root, List<object> tensors)
    {
        var memoized = new Dictionary<object, uint>();
        using var pickle = new MemoryStream();
        new PickleWriter(pickle, WriteSpecial).WritePickle(root);
        return pickle.ToArray();

        bool WriteSpecial(PickleWriter writer, object value)
        {
            switch (value)
            {
                case ScalarType type:
                    writer.WriteGlobal("torch", TorchTypes.Name(type));
                    return true;
                case Tensor or StoredTensor or PendingTensor:
                    WriteOnce(writer, value);
                    return true;
                default:
                    return false;
            }
        }

        void WriteOnce(PickleWriter writer, object value)
        {
            // Two .NET objects may stand for one tensor; they have the same native handle.
            var identity = value is Tensor tensor ? tensor.Handle : value;
            if (memoized.TryGetValue(identity, out var earlier))
            {
                writer.Recall(earlier);
                return;
            }

            var (type, shape) = value switch
            {
                StoredTensor stored => (stored.Type, [.. stored.Shape]),
                PendingTensor pending => (pending.Type, [.. pending.Shape]),
                _ => (((Tensor)value).dtype, ((Tensor)value).shape),
            };
            WriteTensor(writer, type, shape, Key(tensors.Count));

            tensors.Add(value);
            memoized.Add(identity, writer.Memoize());
        }
    }

    /// <summary>A call of <c>torch._utils._rebuild_tensor_v2</c> with a storage of its own, an offset of 0, the shape,
    /// the strides, no gradient and no hooks.</summary>
    private static void WriteTensor(PickleWriter writer, ScalarType type, long[] shape, string key)
    {
        var strides = new long[shape.Length];
        var count = 1L;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = count;
            count *= shape[i];
        }

        writer.WriteGlobal("torch._utils", "_rebuild_tensor_v2");
        writer.Write(PickleOpcode.Mark);

        writer.Write(PickleOpcode.Mark);
        writer.WriteText("storage");
        writer.WriteGlobal("torch", TorchTypes.StorageName(type));
        writer.WriteText(key);
        writer.WriteText("cpu");
        writer.WriteInteger(count);
        writer.Write(PickleOpcode.Tuple);
        writer.Write(PickleOpcode.BinPersId);

        writer.WriteInteger(0);
        writer.WriteTuple([.. shape.Cast<object?>()]);
        writer.WriteTuple([.. strides.Cast<object?>()]);
        writer.Write(PickleOpcode.NewFalse);
        writer.WriteGlobal("collections", "OrderedDict");
        writer.Write(PickleOpcode.EmptyTuple);
        writer.Write(PickleOpcode.Reduce);

        writer.Write(PickleOpcode.Tuple);
        writer.Write(PickleOpcode.Reduce);
    }

    private static string Key(int index) => index.ToString(CultureInfo.InvariantCulture);
}
