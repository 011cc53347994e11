using System.Numerics;

namespace EmotionLlama.Checkpoints.Pickling;

/// <summary>
/// Reads Python's pickles, protocols 0 to 5, into plain .NET values, and runs nothing: what a pickle may name is a
/// fixed table of our own constructors and values, and everything else is refused by name.
/// </summary>
/// <remarks>
/// <para>Python's <c>None</c> becomes null, <c>bool</c> <see cref="bool"/>, <c>int</c> <see cref="long"/> or
/// <see cref="BigInteger"/>, <c>float</c> <see cref="double"/>, <c>str</c> <see cref="string"/>, <c>bytes</c> an array
/// of <see cref="byte"/>, <c>tuple</c> <see cref="PythonTuple"/>, <c>list</c> and <c>set</c> a <c>List</c> of objects,
/// <c>dict</c> an <c>OrderedDictionary</c> of objects.</para>
/// <para>The machine is described in Python's <c>pickletools</c>: a stack, marks in it, and a memo of objects that are
/// used again.</para>
/// </remarks>
/// <param name="input">The pickle.</param>
/// <param name="globals">What the pickle may name, by qualified Python name: a <see cref="PickleConstructor"/> or a
/// value.</param>
/// <param name="loadPersistent">Turns a persistent id, such as that of a storage, into an object.</param>
internal sealed class Unpickler(
    PickleInput input,
    IReadOnlyDictionary<string, object> globals,
    Func<object?, object> loadPersistent)
{
    /// <summary>More values than any checkpoint has; a hostile pickle makes one from each byte.</summary>
    private const int MaxValues = 5_000_000;

    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = [];
    private readonly Dictionary<long, object?> _memo = [];
    private int _values;

    /// <summary>Reads the pickle up to its end.</summary>
    /// <exception cref="PickleException">It is damaged, too big or too deep, or asks for something not in the table.
    /// </exception>
    public object? Load()
    {
        for (var opcode = Next(); opcode != PickleOpcode.Stop; opcode = Next())
            Execute(opcode);

        var root = Pop();
        ObjectTree.Check(root);
        return root;
    }

    private PickleOpcode Next() => (PickleOpcode)input.ReadByte();

    private void Execute(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto: CheckProtocol(input.ReadByte()); break;
            case PickleOpcode.Frame: input.ReadSize64(); break;
            case PickleOpcode.Mark: _marks.Push(_stack.Count); break;
            case PickleOpcode.Pop: PopValueOrMark(); break;
            case PickleOpcode.PopMark: PopToMark(); break;
            case PickleOpcode.Dup: Push(Peek()); break;

            case PickleOpcode.Put: _memo[Index(input.ReadIntegerLine())] = Peek(); break;
            case PickleOpcode.BinPut: _memo[input.ReadByte()] = Peek(); break;
            case PickleOpcode.LongBinPut: _memo[input.ReadUInt32()] = Peek(); break;
            case PickleOpcode.Memoize: _memo[_memo.Count] = Peek(); break;
            case PickleOpcode.Get: Push(Recall(Index(input.ReadIntegerLine()))); break;
            case PickleOpcode.BinGet: Push(Recall(input.ReadByte())); break;
            case PickleOpcode.LongBinGet: Push(Recall(input.ReadUInt32())); break;

            case PickleOpcode.EmptyTuple: Push(new PythonTuple()); break;
            case PickleOpcode.Tuple1: Push(new PythonTuple(PopMany(1))); break;
            case PickleOpcode.Tuple2: Push(new PythonTuple(PopMany(2))); break;
            case PickleOpcode.Tuple3: Push(new PythonTuple(PopMany(3))); break;
            case PickleOpcode.Tuple: Push(new PythonTuple(PopToMark())); break;
            case PickleOpcode.EmptyList or PickleOpcode.EmptySet: Push(new List<object?>()); break;
            case PickleOpcode.List or PickleOpcode.FrozenSet: Push(new List<object?>(PopToMark())); break;
            case PickleOpcode.Append: Extend(PopMany(1)); break;
            case PickleOpcode.Appends or PickleOpcode.AddItems: Extend(PopToMark()); break;
            case PickleOpcode.EmptyDict: Push(new OrderedDictionary<object, object?>()); break;
            case PickleOpcode.Dict: PushDictionary(PopToMark()); break;
            case PickleOpcode.SetItem: SetItems(PopMany(2)); break;
            case PickleOpcode.SetItems: SetItems(PopToMark()); break;

            case PickleOpcode.Global: Push(Find(input.ReadLine(), input.ReadLine())); break;
            case PickleOpcode.StackGlobal: PushStackGlobal(); break;
            case PickleOpcode.Reduce or PickleOpcode.NewObj: PushCall(PopMany(2)); break;
            case PickleOpcode.NewObjEx: PushCallWithKeywords(PopMany(3)); break;
            case PickleOpcode.Obj: PushObject(PopToMark()); break;
            case PickleOpcode.Inst: PushInstance(); break;
            case PickleOpcode.Build: Build(Pop()); break;
            case PickleOpcode.PersId: Push(loadPersistent(input.ReadLine())); break;
            case PickleOpcode.BinPersId: Push(loadPersistent(Pop())); break;

            default: Push(ReadScalar(opcode)); break;
        }
    }

    private object? ReadScalar(PickleOpcode opcode) => opcode switch
    {
        PickleOpcode.None => null,
        PickleOpcode.NewTrue => true,
        PickleOpcode.NewFalse => false,
        PickleOpcode.Int => ReadIntegerOrBoolean(),
        PickleOpcode.BinInt => (long)input.ReadInt32(),
        PickleOpcode.BinInt1 => (long)input.ReadByte(),
        PickleOpcode.BinInt2 => (long)input.ReadUInt16(),
        PickleOpcode.Long => input.ReadIntegerLine(),
        PickleOpcode.Long1 => input.ReadInteger(input.ReadByte()),
        PickleOpcode.Long4 => input.ReadInteger(input.ReadInt32()),
        PickleOpcode.Float => input.ReadDoubleLine(),
        PickleOpcode.BinFloat => input.ReadDouble(),
        PickleOpcode.String => PythonLiterals.Unquote(input.ReadLine()),
        PickleOpcode.Unicode => PythonLiterals.UnescapeUnicode(input.ReadLine()),
        PickleOpcode.BinString => input.ReadLatin1(input.ReadInt32()),
        PickleOpcode.ShortBinString => input.ReadLatin1(input.ReadByte()),
        PickleOpcode.BinUnicode => input.ReadUtf8(input.ReadUInt32()),
        PickleOpcode.ShortBinUnicode => input.ReadUtf8(input.ReadByte()),
        PickleOpcode.BinUnicode8 => input.ReadUtf8(input.ReadSize64()),
        PickleOpcode.BinBytes => input.ReadBytes(input.ReadUInt32()),
        PickleOpcode.ShortBinBytes => input.ReadBytes(input.ReadByte()),
        PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8 => input.ReadBytes(input.ReadSize64()),
        _ => throw new PickleException($"the pickle instruction 0x{(byte)opcode:X2} is not supported"),
    };

    private object ReadIntegerOrBoolean()
    {
        // Protocol 0 and 1 write True as the integer 01, which no integer is written as.
        var start = input.Position;
        var value = input.ReadIntegerLine();
        var twoDigits = input.Position - start == 3;
        return twoDigits && value is 0L or 1L ? value is 1L : value;
    }

    private static void CheckProtocol(byte protocol)
    {
        if (protocol > 5)
            throw new PickleException($"pickle protocol {protocol} is not supported, only 0 to 5");
    }

    private object Find(string module, string name)
    {
        var qualified = $"{(module == "__builtin__" ? "builtins" : module)}.{name}";
        return globals.TryGetValue(qualified, out var found)
            ? found
            : throw new PickleException($"refuses to load `{qualified}`: tensors and plain values are read, "
                + "nothing else is, and nothing is run; save the model's state_dict() instead");
    }

    private void PushStackGlobal()
    {
        if (PopMany(2) is not [string module, string name])
            throw new PickleException("the name of a class is not text");

        Push(Find(module, name));
    }

    private void PushCall(object?[] call)
    {
        if (call is not [PickleConstructor constructor, PythonTuple arguments])
            throw new PickleException("a call of something that cannot be called");

        Push(constructor.Call(arguments.Items));
    }

    private void PushCallWithKeywords(object?[] call)
    {
        if (call is not [_, _, OrderedDictionary<object, object?> { Count: 0 }])
            throw new PickleException("a constructor is called with keyword arguments, which are not supported");

        PushCall(call[..2]);
    }

    private void PushObject(object?[] items)
    {
        if (items is not [var callee, .. var arguments])
            throw new PickleException("an object without a class");

        PushCall([callee, new PythonTuple(arguments)]);
    }

    private void PushInstance()
    {
        var callee = Find(input.ReadLine(), input.ReadLine());
        PushCall([callee, new PythonTuple(PopToMark())]);
    }

    private void Build(object? state)
    {
        switch (Peek())
        {
            case IPickleBuildable buildable:
                buildable.Build(state);
                break;
            case OrderedDictionary<object, object?>:
                // Attributes of a state dict (`_metadata`: module versions) beside its items; nothing here uses them.
                break;
            default:
                throw new PickleException("a state is given to something that has none");
        }
    }

    private void Extend(object?[] items)
    {
        if (Peek() is not List<object?> list)
            throw new PickleException("items are added to something that is no list");

        list.AddRange(items);
    }

    private void PushDictionary(object?[] items)
    {
        Push(new OrderedDictionary<object, object?>());
        SetItems(items);
    }

    private void SetItems(object?[] items)
    {
        if (Peek() is not OrderedDictionary<object, object?> dictionary || items.Length % 2 != 0)
            throw new PickleException("items are set in something that is no dictionary");

        for (var i = 0; i < items.Length; i += 2)
            dictionary[ObjectTree.CheckKey(items[i])] = items[i + 1];
    }

    private void Push(object? value)
    {
        if (++_values > MaxValues)
            throw new PickleException($"the pickle holds more than {MaxValues} values");

        _stack.Add(value);
    }

    private object? Peek() => _stack.Count > Bottom ? _stack[^1] : throw EmptyStack();

    private object? Pop() => PopMany(1)[0];

    private object?[] PopMany(int count)
    {
        if (_stack.Count - Bottom < count)
            throw EmptyStack();

        var items = _stack.GetRange(_stack.Count - count, count).ToArray();
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    private object?[] PopToMark()
    {
        if (!_marks.TryPop(out var mark))
            throw new PickleException("a mark is missing; the pickle is damaged");

        var items = _stack.GetRange(mark, _stack.Count - mark).ToArray();
        _stack.RemoveRange(mark, _stack.Count - mark);
        return items;
    }

    private void PopValueOrMark()
    {
        if (_stack.Count == Bottom && _marks.Count > 0)
            _marks.Pop();
        else
            Pop();
    }

    /// <summary>What lies below the last mark is out of reach until the mark is gone.</summary>
    private int Bottom => _marks.TryPeek(out var mark) ? mark : 0;

    private object? Recall(long index) => _memo.TryGetValue(index, out var value)
        ? value
        : throw new PickleException($"the pickle's memo has no entry {index}; the pickle is damaged");

    private static long Index(object integer) =>
        integer as long? ?? throw new PickleException("a memo index is too large");

    private static PickleException EmptyStack() => new("the pickle's stack is empty; the pickle is damaged");
}
