using System.Collections.Frozen;

namespace EmotionLlama.Checkpoints.Pickling;

/// <summary>The names of Python's standard library and of NumPy that a pickle of plain values may use.</summary>
internal static class PlainGlobals
{
    /// <summary>By qualified Python name, what it stands for.</summary>
    public static FrozenDictionary<string, object> Table { get; } = Create().ToFrozenDictionary();

    private static Dictionary<string, object> Create()
    {
        var table = new Dictionary<string, object>();
        Add("collections.OrderedDict", MakeDictionary);
        Add("collections.Counter", MakeDictionary);
        Add("collections.defaultdict", static _ => new OrderedDictionary<object, object?>());
        Add("argparse.Namespace", static _ => new PythonNamespace());
        Add("builtins.set", MakeList);
        Add("builtins.frozenset", MakeList);
        Add("builtins.bytearray", MakeBytes);
        Add("_codecs.encode", MakeBytes);
        foreach (var factory in (string[])["int", "float", "str", "bool", "list", "dict"])
            Add($"builtins.{factory}", static arguments => throw new PickleException($"a call of {arguments.Callee}"));

        Add("numpy.dtype", static arguments => new NumpyType(arguments.Get<string>(0)));
        Add("numpy.ndarray", static _ => new NumpyArray());
        foreach (var module in (string[])["numpy.core.multiarray", "numpy._core.multiarray"])
        {
            Add($"{module}.scalar", MakeNumpyScalar);
            Add($"{module}._reconstruct", static _ => new NumpyArray());
        }

        return table;

        void Add(string name, Func<PickleArguments, object?> construct) =>
            table.Add(name, new PickleConstructor(name, construct));
    }

    private static OrderedDictionary<object, object?> MakeDictionary(PickleArguments arguments)
    {
        var result = new OrderedDictionary<object, object?>();
        if (arguments.Count == 0)
            return result;

        if (arguments[0] is OrderedDictionary<object, object?> items)
            return new OrderedDictionary<object, object?>(items);

        foreach (var pair in arguments.Get<List<object?>>(0))
        {
            var (key, value) = pair switch
            {
                List<object?> { Count: 2 } list => (list[0], list[1]),
                PythonTuple { Count: 2 } tuple => (tuple[0], tuple[1]),
                _ => throw new PickleException($"{arguments.Callee} is called with items that are no pairs"),
            };
            result[ObjectTree.CheckKey(key)] = value;
        }

        return result;
    }

    private static List<object?> MakeList(PickleArguments arguments) =>
        arguments.Count == 0 ? [] : [.. arguments.Get<List<object?>>(0)];

    /// <summary>Bytes; protocol 2 has none and writes them as a text of characters below 256.</summary>
    private static byte[] MakeBytes(PickleArguments arguments)
    {
        if (arguments.Count == 0)
            return [];

        if (arguments[0] is byte[] bytes)
            return bytes;

        if (arguments.Count > 1 && arguments.Get<string>(1) is not ("latin1" or "latin-1"))
            throw new PickleException($"{arguments.Callee} is called with an encoding other than latin1");

        return NumpyType.RawBytes(arguments.Get<string>(0));
    }

    private static object? MakeNumpyScalar(PickleArguments arguments)
    {
        var type = arguments.Get<NumpyType>(0);
        return type.ReadScalar(arguments[1] switch
        {
            byte[] bytes => bytes,
            string text => NumpyType.RawBytes(text),
            _ => throw new PickleException("a NumPy number without its bytes"),
        });
    }
}
