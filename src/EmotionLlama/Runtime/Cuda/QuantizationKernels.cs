using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>The kernels of <c>Quantization.cu</c>, compiled for a data type when first needed.</summary>
internal sealed class QuantizationKernels
{
    /// <summary>Where the kernels are.</summary>
    public static readonly string[] Files = ["Quantization.cu"];

    private const int QuantizeThreads = 512;
    private const int DequantizeThreads = 256;

    private static readonly ConcurrentDictionary<(ScalarType Type, int Device), QuantizationKernels> Loaded = new();

    private readonly nint _quantizeRows, _nf4Values;
    private readonly KeptRow _keptRow;
    private readonly int _vector;

    private QuantizationKernels(ScalarType type)
    {
        _vector = type == ScalarType.Float32 ? 4 : 8;
        var module = new KernelModule(type, Files);
        _quantizeRows = module["quantize_rows"];
        _nf4Values = module["nf4_values"];
        _keptRow = new(_quantizeRows);
    }

    /// <summary>The kernels for a device and data type; null on a CPU.</summary>
    public static QuantizationKernels? For(Device device, ScalarType type) =>
        KernelModule.Serves(device.type, type)
            ? Loaded.GetOrAdd((type, device.index), static key => new QuantizationKernels(key.Type))
            : null;

    /// <summary>Whether rows of so many values can be quantized.</summary>
    public bool Takes(long width) => width % _vector == 0 && _keptRow.Takes(width / _vector);

    /// <summary>Rows in e4m3, with a scale each.</summary>
    /// <param name="x"><c>[rows, width]</c>, contiguous.</param>
    /// <param name="codes">Written; <c>[rows, width]</c>, a byte each.</param>
    /// <param name="scales">Written; <c>[rows, 1]</c>, float32.</param>
    public void QuantizeRows(Tensor x, Tensor codes, Tensor scales)
    {
        var packs = (int)(x.size(1) / _vector);
        CudaApi.Launch(
            _quantizeRows, x.size(0), QuantizeThreads, [x, codes, scales, packs], sharedBytes: KeptRow.Bytes(packs));
    }

    /// <summary>The values of NF4 codes.</summary>
    /// <param name="codes">Two in a byte.</param>
    /// <param name="maxima">The blocks' maxima, int8.</param>
    /// <param name="scales">What these are multiplied by, float32, one for 256 blocks.</param>
    /// <param name="offset">What is added then, a float32 number.</param>
    /// <param name="levels">The 16 levels, float32.</param>
    /// <param name="result">Written; contiguous, in whole blocks.</param>
    public void Nf4Values(Tensor codes, Tensor maxima, Tensor scales, Tensor offset, Tensor levels, Tensor result)
    {
        var packs = result.NumberOfElements / _vector;
        CudaApi.Launch(
            _nf4Values, (packs + DequantizeThreads - 1) / DequantizeThreads, DequantizeThreads,
            [codes, maxima, scales, offset, levels, result, packs]);
    }
}
