using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>An argument of <see cref="NativeTorch.Call"/>.</summary>
internal readonly unsafe struct OperatorArgument
{
    private readonly Tensor? _tensor;
    private readonly ulong _bits;
    private readonly bool _optional;

    private OperatorArgument(Tensor? tensor, ulong bits, bool optional) =>
        (_tensor, _bits, _optional) = (tensor, bits, optional);

    /// <summary>An optional argument that is left out.</summary>
    public static OperatorArgument None => default;

    /// <summary>A tensor for an optional argument.</summary>
    public static OperatorArgument Optional(Tensor tensor) => new(tensor, 0, optional: true);

    /// <summary>A number for an optional argument.</summary>
    public static OperatorArgument Optional(long value) => new(null, (ulong)value, optional: true);

    public static implicit operator OperatorArgument(Tensor tensor) => new(tensor, 0, optional: false);

    public static implicit operator OperatorArgument(long value) => new(null, (ulong)value, optional: false);

    public static implicit operator OperatorArgument(double value) =>
        new(null, BitConverter.DoubleToUInt64Bits(value), optional: false);

    public static implicit operator OperatorArgument(bool value) => new(null, value ? 1UL : 0, optional: false);

    /// <summary>The 8 bytes that go on the stack. What they own, the operator takes over.</summary>
    internal ulong Pass()
    {
        var bits = _tensor is null ? _bits : (ulong)NativeTorch.Own(_tensor);
        if (!_optional)
            return bits;

        // libtorch frees the cell of an optional argument.
        var cell = (ulong*)NativeMemory.Alloc(sizeof(ulong));
        *cell = bits;
        return (ulong)cell;
    }
}
