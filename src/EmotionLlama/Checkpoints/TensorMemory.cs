using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>The raw bytes of a contiguous tensor on the CPU, of any size and data type. TorchSharp's own view of a
/// tensor's bytes ends at 2 GiB.</summary>
internal readonly unsafe struct TensorMemory
{
    private const int ChunkBytes = 1 << 26;

    // Keeps the memory alive for as long as this view of it.
    private readonly Tensor _tensor;
    private readonly byte* _address;

    /// <summary>Views a tensor's memory.</summary>
    /// <param name="tensor">A contiguous tensor on the CPU; it must not be disposed before the last use of this view.
    /// </param>
    public TensorMemory(Tensor tensor)
    {
        _tensor = tensor;
        Length = tensor.NumberOfElements * tensor.ElementSize;
        if (Length == 0)
            return;

        using var flat = tensor.view(-1);
        using var first = flat.narrow(0, 0, 1);
        _address = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }

    /// <summary>The number of bytes.</summary>
    public long Length { get; }

    /// <summary>A dense copy of a tensor in the CPU's memory, or the tensor's own memory where it is so already. The
    /// caller disposes the result, which leaves the given tensor alone.</summary>
    public static Tensor OnCpu(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().cpu().contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>The bytes from an offset on, at most so many.</summary>
    public Span<byte> Slice(long offset, int atMost)
    {
        GC.KeepAlive(_tensor);
        return new Span<byte>(_address + offset, (int)Math.Min(atMost, Length - offset));
    }

    /// <summary>Writes all bytes to a stream.</summary>
    public void WriteTo(Stream stream)
    {
        for (long at = 0; at < Length; at += ChunkBytes)
            stream.Write(Slice(at, ChunkBytes));
    }

    /// <summary>The CRC-32 of all bytes.</summary>
    public uint Checksum()
    {
        var crc = 0u;
        for (long at = 0; at < Length; at += ChunkBytes)
            crc = Zip.Crc32.Append(crc, Slice(at, ChunkBytes));

        return crc;
    }
}
