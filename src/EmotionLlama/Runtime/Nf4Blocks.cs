using EmotionLlama.Runtime.Cuda;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>Numbers in 4 bits: the nearest of 16 levels, times the largest absolute value of a block of 64. These maxima are
/// stored in 8 bits themselves, less their mean, with a scale for each 256 of them: 4.13 bits for a number in all.</summary>
/// <remarks>Dettmers et al., "QLoRA: Efficient Finetuning of Quantized LLMs", 2023, section 3: 4-bit NormalFloat and double
/// quantization.</remarks>
internal sealed class Nf4Blocks : IDisposable
{
    /// <summary>Numbers of a block.</summary>
    public const int BlockSize = 64;

    /// <summary>Blocks whose maxima share a scale.</summary>
    public const int BlocksPerScale = 256;

    /// <summary>Bits that a number takes: its code, and its share of the block's maximum and of that one's scale.</summary>
    public const double BitsPerNumber = 4 + (8.0 / BlockSize) + (32.0 / (BlockSize * BlocksPerScale));

    // So many numbers are looked at together, whole blocks; it bounds the memory that is taken meanwhile.
    private const long NumbersAtOnce = 1 << 22;

    private const double LargestByte = 127;
    private const double Smallest = 1e-30;

    // Quantiles of the normal distribution, as the paper's appendix E lists them.
    private static readonly float[] LevelValues =
    [
        -1, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f, -0.18477343022823334f,
        -0.09105003625154495f, 0, 0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f,
        0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1,
    ];

    private readonly Tensor _codes, _maxima, _scales, _offset, _levels;
    private readonly long _count;

    /// <summary>Memory for numbers, not yet filled.</summary>
    /// <param name="count">How many.</param>
    /// <param name="device">Where.</param>
    public Nf4Blocks(long count, Device device)
    {
        _count = count;
        var blocks = BlocksOf(count);
        _codes = empty(blocks * BlockSize / 2, ScalarType.Byte, device).DetachFromDisposeScope();
        _maxima = empty(blocks, ScalarType.Int8, device).DetachFromDisposeScope();
        _scales = empty((blocks + BlocksPerScale - 1) / BlocksPerScale, ScalarType.Float32, device)
            .DetachFromDisposeScope();
        _offset = empty(1, ScalarType.Float32, device).DetachFromDisposeScope();
        _levels = tensor(LevelValues, device: device).DetachFromDisposeScope();
    }

    /// <summary>The 16 levels in rising order.</summary>
    public static IReadOnlyList<float> Levels => LevelValues;

    /// <summary>Two codes in a byte, the first in its upper half; the last block is filled up with that of 0.</summary>
    public Tensor Codes => _codes;

    /// <summary>The tensors as they lie in memory.</summary>
    public IReadOnlyList<Tensor> Stored => [_codes, _maxima, _scales, _offset, _levels];

    /// <summary>Numbers in whole blocks: the size of what <see cref="Write"/> fills.</summary>
    public static long Padded(long count) => BlocksOf(count) * BlockSize;

    /// <summary>Rounds numbers into this memory.</summary>
    /// <param name="x">As many, contiguous, in any shape.</param>
    public void Fill(Tensor x)
    {
        using var scope = NewDisposeScope();
        var maxima = empty(_maxima.shape, ScalarType.Float32, x.device);
        var midpoints = _levels[1..].Plus(_levels[..^1]).Over(2);
        for (var first = 0L; first < _count; first += NumbersAtOnce)
        {
            using var part = NewDisposeScope();
            var wide = x.view(-1).narrow(0, first, Math.Min(NumbersAtOnce, _count - first)).to(ScalarType.Float32);
            var missing = Padded(wide.numel()) - wide.numel();
            if (missing > 0)
                wide = cat([wide, zeros(missing, ScalarType.Float32, x.device)]);

            wide = wide.view(-1, BlockSize);
            var largest = wide.abs().amax([1], keepdim: true);
            maxima.narrow(0, first / BlockSize, wide.shape[0]).copy_(largest.flatten());
            var codes = bucketize(wide / largest.AtLeast(Smallest), midpoints, outInt32: true).view(-1, 2);
            _codes.narrow(0, first / 2, codes.shape[0]).copy_(codes.select(1, 0).Times(16).Plus(codes.select(1, 1)));
        }

        FillMaxima(maxima);
    }

    /// <summary>The numbers, rounded to a data type.</summary>
    /// <param name="target">Gets them and those that fill up the last block: <c>[Padded(count)]</c>, contiguous.</param>
    public void Write(Tensor target)
    {
        if (QuantizationKernels.For(target.device, target.dtype) is { } kernels)
        {
            kernels.Nf4Values(_codes, _maxima, _scales, _offset, _levels, target);
            return;
        }

        using var scope = NewDisposeScope();
        var four = TensorArithmetic.Filled([1], 4, ScalarType.Int32, target.device);
        var fifteen = TensorArithmetic.Filled([1], 15, ScalarType.Int32, target.device);
        var largest = (_maxima.to(ScalarType.Float32) * Spread(_scales)).Plus(_offset);
        for (var first = 0L; first < target.numel(); first += NumbersAtOnce)
        {
            using var part = NewDisposeScope();
            var count = Math.Min(NumbersAtOnce, target.numel() - first);
            var bytes = _codes.narrow(0, first / 2, count / 2).to(ScalarType.Int32);
            var codes = stack([bytes.bitwise_right_shift(four), bytes.bitwise_and(fifteen)], 1).flatten();
            var values = _levels.index_select(0, codes).view(-1, BlockSize)
                * largest.narrow(0, first / BlockSize, count / BlockSize).unsqueeze(1);
            target.narrow(0, first, count).copy_(values.flatten());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in Stored)
            tensor.Dispose();
    }

    private static long BlocksOf(long count) => (count + BlockSize - 1) / BlockSize;

    private void FillMaxima(Tensor maxima)
    {
        _offset.copy_(maxima.mean());
        var centred = maxima - _offset;
        var missing = (_scales.numel() * BlocksPerScale) - centred.numel();
        var grid = cat([centred, zeros(missing, ScalarType.Float32, centred.device)]).view(-1, BlocksPerScale);
        _scales.copy_(grid.abs().amax([1]).AtLeast(Smallest).Over(LargestByte));
        _maxima.copy_((centred / Spread(_scales)).round());
    }

    /// <summary>Each scale once for every block it is for.</summary>
    private Tensor Spread(Tensor scales) => scales.repeat_interleave(BlocksPerScale).narrow(0, 0, _maxima.numel());
}
