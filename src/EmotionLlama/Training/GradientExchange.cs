using EmotionLlama.Distributed;
using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Training;

/// <summary>
/// Sums the gradients of a step over all ranks while the backward pass is still under way. It goes from the last layer to
/// the first, and LoRA's matrices lie in one tensor in the order of the layers: whatever lies behind a layer that is done
/// is complete, and is sent as soon as there is enough of it. Over a fast link, all is sent at the end.
/// </summary>
internal sealed class GradientExchange
{
    // Large enough for a link's full speed, small enough that the last one is soon over: 16 MiB.
    private const long UsualBucket = 4 << 20;

    // Some 50 GB/s for a bucket of the usual size: far above PCIe and networks, far below NVLink.
    private const double FastSeconds = 0.3e-3;

    private const int Trials = 5;

    private readonly IProcessGroup _ranks;
    private readonly long _bucket;
    private readonly long[] _layers;
    private readonly long _end;
    private readonly Func<Tensor> _gradients;
    private readonly List<IPendingExchange> _pending = [];
    private bool _isLinkFast;
    private long _sent;

    /// <summary>Finds out where the layers lie.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="parameters">What is trained.</param>
    /// <param name="bucket">Values that are worth an exchange of their own.</param>
    public GradientExchange(IProcessGroup ranks, FlatParameters parameters, long bucket = UsualBucket)
    {
        _ranks = ranks;
        _bucket = bucket;
        _gradients = () => parameters.Gradients
            ?? throw new InvalidOperationException("gradients are exchanged before there are any");
        (_layers, _end) = FindLayers(parameters.Parameters);
        _sent = _end;
    }

    /// <summary>A layer's gradients are complete in this rank; null where nobody needs to know.</summary>
    public Action<int>? LayerDone => _ranks.Size == 1 || _layers.Length == 0 || _isLinkFast ? null : Send;

    /// <summary>Measures the link. Where it is so fast that the whole exchange takes a millisecond or two, it waits for the
    /// end of the backward pass: beside it, each part keeps multiprocessors from the matrix products, which costs more than
    /// it hides (docs/scaling.md). Every rank calls it at the same place, and all decide the same. Where all that could
    /// be sent early is less than a part, there is nothing to decide.</summary>
    /// <param name="device">Where the gradients are.</param>
    /// <exception cref="RankFailureException">A rank has failed.</exception>
    public void MeasureLink(Device device)
    {
        if (_ranks.Size == 1 || _end < _bucket)
            return;

        using var values = zeros([_bucket], ScalarType.Float32, device);
        var all = _ranks.AllGather(BitConverter.GetBytes(TimedSums.Measure(_ranks, values, Trials)[0]));
        _isLinkFast = all.Max(seconds => BitConverter.ToDouble(seconds)) < FastSeconds;
    }

    /// <summary>Where each layer's matrices begin, and where those of the last one end. Nothing where they do not lie in
    /// the order of the layers.</summary>
    /// <param name="parameters">All parameters.</param>
    internal static (long[] Layers, long End) FindLayers(IReadOnlyList<FlatParameter> parameters)
    {
        var layers = new List<long>();
        var end = 0L;
        foreach (var parameter in parameters.OrderBy(parameter => parameter.First))
        {
            if (LayerOf(parameter.Name) is not { } layer)
                break;

            if (layer < layers.Count - 1)
                return ([], 0);

            while (layers.Count <= layer)
                layers.Add(parameter.First);

            end = parameter.First + parameter.Value.numel();
        }

        return ([.. layers], end);
    }

    /// <summary>Sends what is left and makes what is done next see the sums.</summary>
    /// <param name="gradients">All gradients, complete.</param>
    public void Finish(Tensor gradients)
    {
        if (_ranks.Size == 1)
            return;

        using var scope = NewDisposeScope();
        Start(gradients, 0, _sent);
        Start(gradients, _end, gradients.numel());
        foreach (var sum in _pending)
            sum.Wait();

        _pending.Clear();
        _sent = _end;
    }

    private static int? LayerOf(string name)
    {
        const string marker = ".layers.";
        var start = name.IndexOf(marker, StringComparison.Ordinal);
        return start < 0 ? null : int.Parse(
            name[(start + marker.Length)..].Split('.')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    private void Send(int layer)
    {
        if (layer >= _layers.Length || _sent - _layers[layer] < _bucket)
            return;

        using var scope = NewDisposeScope();
        Start(_gradients(), _layers[layer], _sent);
        _sent = _layers[layer];
    }

    private void Start(Tensor gradients, long first, long end)
    {
        // The views outlive the scope: a sum on a thread of its own reads them later.
        if (end > first)
            _pending.Add(new Kept(_ranks, gradients.narrow(0, first, end - first).DetachFromDisposeScope()));
    }

    private sealed class Kept(IProcessGroup ranks, Tensor part) : IPendingExchange
    {
        private readonly IPendingExchange _sum = ranks.StartAllReduceSum(part);

        public void Wait()
        {
            _sum.Wait();
            part.Dispose();
        }
    }
}
