using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>Where a matrix lies, and which part of it a kernel copies at once: an argument of kernels for compute capability
/// 9.0, whose copy engine reads it. What is copied to shared memory lies there in rows of 128 bytes, of which eight pieces are
/// exchanged as the matrix units expect it.</summary>
[InlineArray(Words)]
internal struct TensorMap
{
    private const int Words = 16;
    private const int Bytes = Words * sizeof(ulong);
    private const int Alignment = 64;

    private static readonly unsafe delegate* unmanaged<
        void*, int, uint, nint, ulong*, ulong*, uint*, uint*, int, int, int, int, int> Encode =
        (delegate* unmanaged<void*, int, uint, nint, ulong*, ulong*, uint*, uint*, int, int, int, int, int>)
        (NativeLibrary.TryGetExport(CudaApi.Driver, "cuTensorMapEncodeTiled", out var export) ? export : 0);

    private ulong _word;

    /// <summary>Whether the driver knows them: those of CUDA 12 do.</summary>
    public static unsafe bool AreThere => Encode != null;

    /// <summary>Describes a matrix.</summary>
    /// <param name="matrix"><c>[rows, columns]</c> in half precision, each row together and beginning at a multiple of 16 bytes.
    /// </param>
    /// <param name="rows">Rows that are copied at once, at most 256, of 64 columns each.</param>
    public static unsafe TensorMap Of(Tensor matrix, uint rows)
    {
        const int twoDimensions = 2;
        const uint columns = 64;
        const int half = 6;
        const int bfloat16 = 9;
        const int exchange128 = 3;
        const int fetch128 = 2;
        var sizes = stackalloc ulong[] { (ulong)matrix.size(1), (ulong)matrix.size(0) };
        var stride = (ulong)(matrix.stride(0) * matrix.ElementSize);
        var box = stackalloc uint[] { columns, rows };
        var steps = stackalloc uint[] { 1, 1 };
        var room = stackalloc byte[Bytes + Alignment];
        var place = (byte*)(((nint)room + Alignment - 1) & -Alignment);
        var code = Encode(
            place, matrix.dtype == ScalarType.Float16 ? half : bfloat16, twoDimensions, NativeTorch.Address(matrix), sizes,
            &stride, box, steps, 0, exchange128, fetch128, 0);
        CudaApi.Check(code, "cuTensorMapEncodeTiled");
        return Unsafe.ReadUnaligned<TensorMap>(place);
    }
}
