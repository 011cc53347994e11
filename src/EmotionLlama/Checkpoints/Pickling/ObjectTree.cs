using System.Numerics;

namespace EmotionLlama.Checkpoints.Pickling;

/// <summary>What a finished object tree must be, so that code that walks it by recursion is safe: not too deep, without
/// cycles, not blown up by sharing, and made of values only.</summary>
internal static class ObjectTree
{
    private const int MaxDepth = 200;

    /// <summary>Counted with every shared part as often as it is reached.</summary>
    private const long MaxValues = 20_000_000;

    /// <summary>Checks a tree, without recursion of its own.</summary>
    /// <exception cref="PickleException">It breaks one of the rules.</exception>
    public static void Check(object? root)
    {
        var sizes = new Dictionary<object, (int Depth, long Values)>(ReferenceEqualityComparer.Instance);
        var open = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var path = new Stack<Branch>();
        Visit(root);

        while (path.TryPeek(out var branch))
        {
            if (branch.Next < branch.Children.Count)
            {
                var child = branch.Children[branch.Next++];
                if (!Visit(child))
                    branch.Add(IsBranch(child) ? sizes[child!] : (0, 1));
            }
            else
            {
                path.Pop();
                open.Remove(branch.Value);
                sizes[branch.Value] = branch.Size;
                if (path.TryPeek(out var parent))
                    parent.Add(branch.Size);
            }
        }

        // True where the value has to be walked before its size is known.
        bool Visit(object? value)
        {
            if (value is IPickleOnly)
                throw new PickleException($"{value} stands where a value should");

            if (!IsBranch(value) || sizes.ContainsKey(value!))
                return false;

            if (!open.Add(value!))
                throw new PickleException("an object contains itself, which is not supported");

            path.Push(new Branch(value!, ChildrenOf(value!)));
            if (path.Count > MaxDepth)
                throw TooDeep();

            return true;
        }
    }

    /// <summary>A value that may be a dictionary's key: text, a number, or a tuple of such.</summary>
    /// <exception cref="PickleException">The value may not.</exception>
    public static object CheckKey(object? key)
    {
        var valid = IsSimple(key) || (key is PythonTuple tuple && tuple.Items.All(IsSimple));
        return valid
            ? key!
            : throw new PickleException($"a {key?.GetType().Name ?? "None"} as the key of a dictionary");

        static bool IsSimple(object? value) => value is string or long or double or bool or BigInteger;
    }

    private static bool IsBranch(object? value) =>
        value is OrderedDictionary<object, object?> or List<object?> or PythonTuple;

    private static IReadOnlyList<object?> ChildrenOf(object value) => value switch
    {
        OrderedDictionary<object, object?> dictionary => [.. dictionary.Values],
        PythonTuple tuple => tuple.Items,
        _ => (List<object?>)value,
    };

    private static PickleException TooDeep() => new($"the pickle is nested more than {MaxDepth} levels deep");

    private sealed class Branch(object value, IReadOnlyList<object?> children)
    {
        public object Value => value;

        public IReadOnlyList<object?> Children => children;

        public int Next { get; set; }

        public (int Depth, long Values) Size { get; private set; } = (1, 1);

        public void Add((int Depth, long Values) child)
        {
            Size = (Math.Max(Size.Depth, child.Depth + 1), Size.Values + child.Values);
            if (Size.Depth > MaxDepth)
                throw TooDeep();
            if (Size.Values > MaxValues)
                throw new PickleException($"the pickle unfolds to more than {MaxValues} values");
        }
    }
}
