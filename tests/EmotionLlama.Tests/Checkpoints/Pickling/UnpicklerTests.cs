using System.Collections.Frozen;
using System.Numerics;
using System.Text;
using EmotionLlama.Checkpoints.Pickling;

namespace EmotionLlama.Tests.Checkpoints.Pickling;

public sealed class UnpicklerTests
{
    /// <summary>Pickles as Python writes them, in Latin-1, and what they stand for.</summary>
    public static TheoryData<string, object?> Scalars => new()
    {
        { "N.", null },
        { "I01\n.", true },
        { "I00\n.", false },
        { "\u0088.", true },
        { "I1\n.", 1L },
        { "I-42\n.", -42L },
        { "L12345678901234567890L\n.", BigInteger.Parse("12345678901234567890") },
        { "L7L\n.", 7L },
        { "K\u00ff.", 255L },
        { "M\u0001\u0002.", 513L },
        { "J\u00fe\u00ff\u00ff\u00ff.", -2L },
        { "\u008a\u0000.", 0L },
        { "\u008a\u0001\u00ff.", -1L },
        { "\u008a\u0009\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0001.", BigInteger.Pow(2, 64) },
        { "\u008b\u0002\u0000\u0000\u0000\u0001\u0002.", 513L },
        { "F1.5\n.", 1.5 },
        { "F1e300\n.", 1e300 },
        { "G\u003f\u00f8\u0000\u0000\u0000\u0000\u0000\u0000.", 1.5 },
        { "S'a\\n\\x41\\'\\\\'\n.", "a\nA'\\" },
        { "S\"it's\"\n.", "it's" },
        { "Va\\u00e9\\U0001f600\\d\n.", "aé😀\\d" },
        { "U\u0002\u00e9b.", "éb" },
        { "T\u0002\u0000\u0000\u0000ab.", "ab" },
        { "X\u0002\u0000\u0000\u0000\u00c3\u00a9.", "é" },
        { "\u008c\u0002\u00c3\u00a9.", "é" },
        { "\u008d\u0001\u0000\u0000\u0000\u0000\u0000\u0000\u0000a.", "a" },
        { "C\u0002\u0000\u00ff.", new byte[] { 0, 255 } },
        { "B\u0001\u0000\u0000\u0000a.", new byte[] { 97 } },
        { "\u008e\u0001\u0000\u0000\u0000\u0000\u0000\u0000\u0000a.", new byte[] { 97 } },
        { "\u0096\u0001\u0000\u0000\u0000\u0000\u0000\u0000\u0000a.", new byte[] { 97 } },
        { "K\u0001K\u00020.", 1L },
        { "K\u0001(K\u0002K\u00031.", 1L },
        { "\u0080\u0004\u0095\u0003\u0000\u0000\u0000\u0000\u0000\u0000\u0000K\u0005\u0094.", 5L },
    };

    [Theory]
    [MemberData(nameof(Scalars))]
    public void Every_way_to_write_a_plain_value_is_understood(string pickle, object? expected) =>
        Assert.Equal(expected, Load(pickle));

    [Theory]
    [InlineData("(K\u0001K\u0002l.")]
    [InlineData("]K\u0001aK\u0002a.")]
    [InlineData("](K\u0001K\u0002e.")]
    [InlineData("\u008f(K\u0001K\u0002\u0090.")]
    [InlineData("(K\u0001K\u0002\u0091.")]
    [InlineData("cbuiltins\nset\n](K\u0001K\u0002e\u0085R.")]
    [InlineData("c__builtin__\nset\n](K\u0001K\u0002e\u0085R.")]
    public void Lists_and_sets_are_lists(string pickle) =>
        Assert.Equal([1L, 2L], Assert.IsType<List<object?>>(Load(pickle)));

    [Theory]
    [InlineData("(K\u0001K\u0002t.")]
    [InlineData("K\u0001K\u0002\u0086.")]
    public void Tuples_are_tuples(string pickle) => Assert.Equal(new PythonTuple(1L, 2L), Load(pickle));

    [Theory]
    [InlineData("(K\u0001K\u0002d.")]
    [InlineData("}K\u0001K\u0002s.")]
    [InlineData("}(K\u0001K\u0002u.")]
    [InlineData("ccollections\nOrderedDict\n)RK\u0001K\u0002s.")]
    [InlineData("ccollections\nOrderedDict\n](](K\u0001K\u0002ee\u0085R.")]
    [InlineData("ccollections\nOrderedDict\n]K\u0001K\u0002\u0086a\u0085R.")]
    [InlineData("ccollections\nOrderedDict\n)RK\u0001K\u0002s}U\u0009_metadataNsb.")]
    [InlineData("ccollections\nCounter\n}K\u0001K\u0002s\u0085R.")]
    [InlineData("ccollections\ndefaultdict\ncbuiltins\nlist\n\u0085RK\u0001K\u0002s.")]
    [InlineData("cargparse\nNamespace\n)\u0081}K\u0001K\u0002sb.")]
    [InlineData("cargparse\nNamespace\n)}\u0092}K\u0001K\u0002sb.")]
    [InlineData("(cargparse\nNamespace\no}K\u0001K\u0002sb.")]
    [InlineData("(iargparse\nNamespace\n}K\u0001K\u0002sb.")]
    [InlineData("\u008c\u0008argparse\u008c\u0009Namespace\u0093)\u0081}K\u0001K\u0002sb.")]
    public void Dictionaries_and_what_resembles_them_are_dictionaries(string pickle)
    {
        var dictionary = Assert.IsType<OrderedDictionary<object, object?>>(Load(pickle), exactMatch: false);

        Assert.Equal([KeyValuePair.Create<object, object?>(1L, 2L)], dictionary);
    }

    [Theory]
    [InlineData("]q\u0007h\u0007\u0086.")]
    [InlineData("]p7\ng7\n\u0086.")]
    [InlineData("]r\u0007\u0000\u0001\u0000j\u0007\u0000\u0001\u0000\u0086.")]
    [InlineData("]\u0094h\u0000\u0086.")]
    [InlineData("]2\u0086.")]
    public void An_object_remembered_is_the_same_object(string pickle)
    {
        var pair = Assert.IsType<PythonTuple>(Load(pickle));

        Assert.Same(pair[0], pair[1]);
    }

    [Theory]
    [InlineData("b1", "\\u0001", true)]
    [InlineData("i1", "\\u00ff", -1L)]
    [InlineData("i2", "\\u00fe\\u00ff", -2L)]
    [InlineData("u2", "\\u00fe\\u00ff", 65534L)]
    [InlineData("i4", "\\u0001\\u0000\\u0000\\u0000", 1L)]
    [InlineData("f2", "\\u0000\\u003e", 1.5)]
    [InlineData("f4", "\\u0000\\u0000\\u00c0\\u003f", 1.5)]
    public void Numbers_of_NumPy_are_plain_numbers(string type, string bytes, object expected) => Assert.Equal(
        expected,
        Load($"cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nV{type}\n\u0085R{State("<")}b"
            + $"c_codecs\nencode\nV{bytes}\nVlatin1\n\u0086R\u0086R."));

    [Fact]
    public void The_largest_number_of_NumPy_does_not_fit_a_long() => Assert.Equal(
        new BigInteger(ulong.MaxValue),
        Load("cnumpy\u002ecore.multiarray\nscalar\ncnumpy\ndtype\nVu8\n\u0085RC\u0008"
            + new string('\u00ff', 8) + "\u0086R."));

    [Fact]
    public void An_array_of_NumPy_keeps_its_numbers_in_little_endian_order()
    {
        var array = Assert.IsType<NumpyArray>(Load(
            "cnumpy._core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\u0000\u0085C\u0001b\u0087R"
            + "(K\u0001K\u0002K\u0001\u0086cnumpy\ndtype\nVi2\n\u0085R" + State(">")
            + "b\u0089C\u0004\u0000\u0001\u0002\u0003tb."));

        Assert.Equal("i2", array.Type);
        Assert.Equal([2L, 1L], array.Shape);
        Assert.False(array.IsColumnMajor);
        Assert.Equal<byte>([1, 0, 3, 2], array.Data.ToArray());
    }

    [Theory]
    [InlineData("cposix\nsystem\n", "posix.system")]
    [InlineData("cbuiltins\neval\n", "builtins.eval")]
    [InlineData("c__builtin__\nexec\n", "builtins.exec")]
    [InlineData("\u008c\u0002os\u008c\u0006system\u0093", "os.system")]
    [InlineData("(ios\nsystem\n", "os.system")]
    [InlineData("ctorch._utils\n_rebuild_device_tensor\n", "torch._utils._rebuild_device_tensor")]
    public void A_name_outside_the_table_is_refused(string pickle, string name) =>
        Assert.StartsWith($"refuses to load `{name}`: ", Error(pickle), StringComparison.Ordinal);

    [Theory]
    [InlineData("", "ends early")]
    [InlineData("K", "ends early")]
    [InlineData("X\u00ff\u00ff\u00ff\u00ffa.", "ends early")]
    [InlineData("T\u00ff\u00ff\u00ff\u00ffa.", "ends early")]
    [InlineData("\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007fa.", "ends early")]
    [InlineData("\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ffa.", "ends early")]
    [InlineData("\u008b\u00ff\u00ff\u00ff\u007f.", "an integer of 2147483647 bytes")]
    [InlineData("X\u0001\u0000\u0000\u0000\u00ff.", "not valid UTF-8")]
    [InlineData(".", "stack is empty")]
    [InlineData("K\u0001\u0086.", "stack is empty")]
    [InlineData("K\u0001(a.", "stack is empty")]
    [InlineData("t.", "mark is missing")]
    [InlineData("h\u0005.", "no entry 5")]
    [InlineData("p7\n.", "stack is empty")]
    [InlineData("Np99999999999999999999\n.", "too large")]
    [InlineData("NK\u0001a.", "no list")]
    [InlineData("]K\u0001K\u0002s.", "no dictionary")]
    [InlineData("}(K\u0001u.", "no dictionary")]
    [InlineData("}]Ns.", "as the key")]
    [InlineData("}NNs.", "None as the key")]
    [InlineData("}])\u0086Ns.", "as the key")]
    [InlineData("N)R.", "cannot be called")]
    [InlineData("(o.", "without a class")]
    [InlineData("ccollections\nOrderedDict\n)}K\u0001Ns\u0092.", "keyword arguments")]
    [InlineData("ccollections\nOrderedDict\nK\u0001\u0085R.", "a Int64 as argument 1")]
    [InlineData("ccollections\nOrderedDict\n]Na\u0085R.", "no pairs")]
    [InlineData("c_codecs\nencode\n)R)R.", "cannot be called")]
    [InlineData("c_codecs\nencode\nVa\nVutf8\n\u0086R.", "other than latin1")]
    [InlineData("c_codecs\nencode\nV\\u1234\nVlatin1\n\u0086R.", "above 255")]
    [InlineData("cbuiltins\nint\n)R.", "a call of builtins.int")]
    [InlineData("ccollections\nOrderedDict\n.", "the class or function collections.OrderedDict stands where")]
    [InlineData("]cnumpy\ndtype\nVf8\n\u0085Ra.", "the NumPy type f8 stands where")]
    [InlineData("cnumpy\ndtype\nVO8\n\u0085R.", "`O8` is not supported")]
    [InlineData("cnumpy\ndtype\n)R.", "too few")]
    [InlineData("cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nVf8\n\u0085RC\u0001a\u0086R.", "1 bytes for")]
    [InlineData("cnumpy\nndarray\n)\u0081(K\u0001K\u0009\u0085cnumpy\ndtype\nVf8\n\u0085R\u0089C\u0000tb.", "fill its")]
    [InlineData("cnumpy\nndarray\n)\u0081Nb.", "without its type")]
    [InlineData("NNb.", "has none")]
    [InlineData("]q\u0000h\u0000a.", "contains itself")]
    [InlineData("]q\u0000h\u0000\u0085a.", "contains itself")]
    [InlineData("\u0080\u0006N.", "protocol 6")]
    [InlineData("\u0082\u0001.", "0x82 is not supported")]
    [InlineData("\u0097.", "0x97 is not supported")]
    [InlineData("Iabc\n.", "integer does not")]
    [InlineData("Fabc\n.", "number does not")]
    [InlineData("Sabc\n.", "quotes")]
    [InlineData("S'\\q'\n.", "unknown escape")]
    [InlineData("S'\\x4'\n.", "damaged escape")]
    [InlineData("V\\U00110000\n.", "damaged escape")]
    [InlineData("V\\\n.", "middle of an escape")]
    [InlineData("Pabc\n.", "no storages here")]
    public void Damage_is_told_in_one_line(string pickle, string expected)
    {
        var error = Error(pickle);

        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void Nesting_is_limited() => Assert.Contains(
        "nested more than 200",
        Error(new string(']', 100_000) + new string('a', 99_999) + "."),
        StringComparison.Ordinal);

    [Fact]
    public void Nesting_hidden_in_what_was_remembered_is_limited()
    {
        // Each list holds the one before it, so that no walk from the root meets them one inside the other at once.
        var pickle = new StringBuilder("]");
        for (var i = 0; i < 250; i++)
            pickle.Append("\u0094]").Append('j').Append((char)i).Append("\u0000\u0000\u0000a");

        Assert.Contains("nested more than 200", Error(pickle.Append("\u0094.").ToString()), StringComparison.Ordinal);
    }

    [Fact]
    public void Sharing_that_unfolds_to_billions_is_refused()
    {
        var pickle = new StringBuilder("]");
        for (var i = 0; i < 40; i++)
            pickle.Append("\u0094]").Append('h').Append((char)i).Append('a').Append('h').Append((char)i).Append('a');

        Assert.Contains("unfolds to more than", Error(pickle.Append('.').ToString()), StringComparison.Ordinal);
    }

    [Fact]
    public void The_number_of_values_is_limited() =>
        Assert.Contains("more than 5000000 values", Error(new string('N', 5_000_001)), StringComparison.Ordinal);

    [Fact]
    public void A_line_without_an_end_is_limited() =>
        Assert.Contains("a line longer", Error("c" + new string('a', 100_000)), StringComparison.Ordinal);

    /// <summary>The state of a NumPy type of plain numbers.</summary>
    private static string State(string byteOrder) =>
        $"(K\u0003V{byteOrder}\nNNNJ\u00ff\u00ff\u00ff\u00ffJ\u00ff\u00ff\u00ff\u00ffK\u0000t";

    private static string Error(string pickle) => Assert.Throws<PickleException>(() => Load(pickle)).Message;

    private static object? Load(string pickle)
    {
        var bytes = Encoding.Latin1.GetBytes(pickle);
        var input = new PickleInput(new MemoryStream(bytes), bytes.Length);
        FrozenDictionary<string, object> table = PlainGlobals.Table;
        return new Unpickler(input, table, _ => throw new PickleException("no storages here")).Load();
    }
}
