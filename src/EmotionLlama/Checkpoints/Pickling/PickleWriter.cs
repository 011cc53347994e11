using System.Buffers.Binary;
using System.Collections;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace EmotionLlama.Checkpoints.Pickling;

/// <summary>
/// Writes .NET values as a Python pickle of protocol 2, with those instructions only that PyTorch's reader for
/// weights (<c>weights_only=True</c>) knows.
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="writeSpecial">Writes a value that is no plain one and returns true, or returns false.</param>
internal sealed class PickleWriter(Stream output, Func<PickleWriter, object, bool> writeSpecial)
{
    private const int MaxDepth = 200;

    private readonly Dictionary<string, uint> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, uint> _globals = new(StringComparer.Ordinal);
    private uint _memoized;
    private int _depth;

    /// <summary>Writes a whole pickle.</summary>
    /// <exception cref="ArgumentException">The tree holds something that cannot be written, or is too deep.</exception>
    public void WritePickle(object? root)
    {
        Write(PickleOpcode.Proto);
        output.WriteByte(2);
        WriteValue(root);
        Write(PickleOpcode.Stop);
    }

    /// <summary>Writes an instruction that has no argument.</summary>
    public void Write(PickleOpcode opcode) => output.WriteByte((byte)opcode);

    /// <summary>Writes a value and what it contains.</summary>
    /// <exception cref="ArgumentException">It cannot be written, or is too deep.</exception>
    public void WriteValue(object? value)
    {
        if (++_depth > MaxDepth)
            throw new ArgumentException($"the objects to save are nested more than {MaxDepth} levels deep");

        switch (value)
        {
            case null: Write(PickleOpcode.None); break;
            case true: Write(PickleOpcode.NewTrue); break;
            case false: Write(PickleOpcode.NewFalse); break;
            case string text: WriteText(text); break;
            case byte or sbyte or short or ushort or int or uint or long:
                WriteInteger(Convert.ToInt64(value, null));
                break;
            case ulong integer: WriteLongInteger(integer); break;
            case BigInteger integer: WriteLongInteger(integer); break;
            case Half number: WriteNumber((double)number); break;
            case float number: WriteNumber(number); break;
            case double number: WriteNumber(number); break;
            case byte[] bytes: WriteBytes(bytes); break;
            case PythonTuple tuple: WriteTuple(tuple.Items); break;
            case ITuple tuple: WriteTuple([.. Enumerable.Range(0, tuple.Length).Select(i => tuple[i])]); break;
            case var _ when writeSpecial(this, value): break;
            case IDictionary dictionary: WriteDictionary(dictionary); break;
            case IList list: WriteList(list); break;
            default: throw new ArgumentException($"a {value.GetType()} cannot be saved in a PyTorch checkpoint");
        }

        _depth--;
    }

    /// <summary>Writes the name of a Python class, function or object.</summary>
    public void WriteGlobal(string module, string name)
    {
        var qualified = $"{module}\n{name}\n";
        if (Recall(_globals, qualified))
            return;

        Write(PickleOpcode.Global);
        output.Write(Encoding.ASCII.GetBytes(qualified));
        Memoize(_globals, qualified);
    }

    /// <summary>Writes a tuple of values.</summary>
    public void WriteTuple(IReadOnlyList<object?> items)
    {
        if (items.Count is 0 or > 3)
        {
            Write(items.Count == 0 ? PickleOpcode.EmptyTuple : PickleOpcode.Mark);
            WriteAll(items);
            if (items.Count > 0)
                Write(PickleOpcode.Tuple);

            return;
        }

        WriteAll(items);
        Write(items.Count switch { 1 => PickleOpcode.Tuple1, 2 => PickleOpcode.Tuple2, _ => PickleOpcode.Tuple3 });
    }

    /// <summary>Writes a text; one that was written before is only referred to.</summary>
    public void WriteText(string text)
    {
        if (Recall(_texts, text))
            return;

        var bytes = Encoding.UTF8.GetBytes(text);
        Write(PickleOpcode.BinUnicode);
        Write32((uint)bytes.Length);
        output.Write(bytes);
        Memoize(_texts, text);
    }

    /// <summary>Writes an integer.</summary>
    public void WriteInteger(long value)
    {
        switch (value)
        {
            case >= 0 and <= byte.MaxValue:
                Write(PickleOpcode.BinInt1);
                output.WriteByte((byte)value);
                break;
            case >= 0 and <= ushort.MaxValue:
                Write(PickleOpcode.BinInt2);
                output.WriteByte((byte)value);
                output.WriteByte((byte)(value >> 8));
                break;
            case >= int.MinValue and <= int.MaxValue:
                Write(PickleOpcode.BinInt);
                Write32((uint)value);
                break;
            default:
                WriteLongInteger(value);
                break;
        }
    }

    /// <summary>Keeps the value written last for later, and returns its number.</summary>
    public uint Memoize()
    {
        WriteMemo(PickleOpcode.BinPut, PickleOpcode.LongBinPut, _memoized);
        return _memoized++;
    }

    /// <summary>Writes a value kept before.</summary>
    public void Recall(uint memoized) => WriteMemo(PickleOpcode.BinGet, PickleOpcode.LongBinGet, memoized);

    private void WriteDictionary(IDictionary dictionary)
    {
        Write(PickleOpcode.EmptyDict);
        if (dictionary.Count == 0)
            return;

        Write(PickleOpcode.Mark);
        foreach (DictionaryEntry item in dictionary)
        {
            WriteValue(item.Key);
            WriteValue(item.Value);
        }

        Write(PickleOpcode.SetItems);
    }

    private void WriteList(IList list)
    {
        Write(PickleOpcode.EmptyList);
        if (list.Count == 0)
            return;

        Write(PickleOpcode.Mark);
        foreach (var item in list)
            WriteValue(item);

        Write(PickleOpcode.Appends);
    }

    private void WriteAll(IReadOnlyList<object?> items)
    {
        foreach (var item in items)
            WriteValue(item);
    }

    /// <summary>Protocol 2 has no bytes: they are written as a text of characters below 256 and encoded back.</summary>
    private void WriteBytes(byte[] bytes)
    {
        WriteGlobal("_codecs", "encode");
        WriteTuple([Encoding.Latin1.GetString(bytes), "latin1"]);
        Write(PickleOpcode.Reduce);
    }

    private void WriteNumber(double value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
        Write(PickleOpcode.BinFloat);
        output.Write(bytes);
    }

    private void WriteLongInteger(BigInteger value)
    {
        var bytes = value.ToByteArray();
        if (bytes.Length > byte.MaxValue)
            throw new ArgumentException("an integer of more than 255 bytes cannot be saved");

        Write(PickleOpcode.Long1);
        output.WriteByte((byte)bytes.Length);
        output.Write(bytes);
    }

    private bool Recall(Dictionary<string, uint> memo, string key)
    {
        if (!memo.TryGetValue(key, out var memoized))
            return false;

        Recall(memoized);
        return true;
    }

    private void Memoize(Dictionary<string, uint> memo, string key) => memo.Add(key, Memoize());

    private void WriteMemo(PickleOpcode narrow, PickleOpcode wide, uint index)
    {
        Write(index <= byte.MaxValue ? narrow : wide);
        if (index <= byte.MaxValue)
            output.WriteByte((byte)index);
        else
            Write32(index);
    }

    private void Write32(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        output.Write(bytes);
    }
}
