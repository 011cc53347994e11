using static TorchSharp.torch;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>An argument of a kernel: a tensor's memory or a number, in 8 bytes.</summary>
internal readonly struct KernelArgument
{
    private readonly ulong _bits;

    private KernelArgument(ulong bits) => _bits = bits;

    /// <summary>A null pointer.</summary>
    public static KernelArgument Null => default;

    public static implicit operator KernelArgument(Tensor? tensor) =>
        tensor is null ? default : new((ulong)NativeTorch.Address(tensor));

    public static implicit operator KernelArgument(int value) => new((uint)value);

    public static implicit operator KernelArgument(uint value) => new(value);

    public static implicit operator KernelArgument(long value) => new((ulong)value);

    public static implicit operator KernelArgument(float value) => new(BitConverter.SingleToUInt32Bits(value));
}
