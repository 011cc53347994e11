using System.Collections.Frozen;
using EmotionLlama.Checkpoints.Pickling;

namespace EmotionLlama.Checkpoints;

/// <summary>The names of PyTorch that a checkpoint may use, beside those of plain values.</summary>
internal static class TorchGlobals
{
    /// <summary>By qualified Python name, what it stands for.</summary>
    public static FrozenDictionary<string, object> Table { get; } = Create().ToFrozenDictionary();

    private static Dictionary<string, object> Create()
    {
        var table = new Dictionary<string, object>(PlainGlobals.Table);
        Add("torch._utils._rebuild_tensor", RebuildTensor);
        Add("torch._utils._rebuild_tensor_v2", RebuildTensor);
        Add("torch._utils._rebuild_parameter", static arguments => arguments.Get<StoredTensor>(0));
        Add("torch._utils._rebuild_parameter_with_state", static arguments => arguments.Get<StoredTensor>(0));
        Add("torch.Size", static arguments => new PythonTuple([.. arguments.GetIntegers(0).Cast<object?>()]));
        Add("torch.device", MakeDevice);
        foreach (var type in TorchTypes.All)
        {
            table.Add($"torch.{TorchTypes.Name(type)}", type);
            foreach (var module in (string[])["torch", "torch.cuda"])
                table.Add($"{module}.{TorchTypes.StorageName(type)}", new TorchStorageType(type));
        }

        return table;

        void Add(string name, Func<PickleArguments, object?> construct) =>
            table.Add(name, new PickleConstructor(name, construct));
    }

    private static StoredTensor RebuildTensor(PickleArguments arguments)
    {
        const int Metadata = 6;
        if (arguments.Count > Metadata
            && arguments[Metadata] is OrderedDictionary<object, object?> bits
            && bits.Values.Any(value => value is true))
        {
            throw new PickleException("a tensor stored as its conjugate or its negative is not supported; "
                + "save tensor.resolve_conj().resolve_neg() instead");
        }

        return new StoredTensor(
            arguments.Get<StoredStorage>(0),
            arguments.Get<long>(1),
            arguments.GetIntegers(2),
            arguments.GetIntegers(3));
    }

    private static string MakeDevice(PickleArguments arguments) => arguments.Count > 1
        ? $"{arguments.Get<string>(0)}:{arguments.Get<long>(1)}"
        : arguments.Get<string>(0);
}
