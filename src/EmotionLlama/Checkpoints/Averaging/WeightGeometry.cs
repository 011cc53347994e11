using EmotionLlama.Models;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints.Averaging;

/// <summary>Norms, distances and angles of checkpoints, each taken as one long vector; in float64, tensor by tensor.
/// </summary>
internal sealed class WeightGeometry
{
    private readonly double[] _squaredToAverage;
    private readonly double[,] _products;
    private readonly double[,] _squaredDistances;

    private WeightGeometry(int count) => (_squaredToAverage, _products, _squaredDistances) =
        (new double[count], new double[count, count], new double[count, count]);

    /// <summary>Goes through all tensors of checkpoints and of their average.</summary>
    public static WeightGeometry Measure(
        IReadOnlyList<IWeightSource> sources, AveragedWeights average, CancellationToken cancellationToken)
    {
        var geometry = new WeightGeometry(sources.Count);
        using var _ = no_grad();
        foreach (var name in average.Names)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var mean = average.Read(name).to(ScalarType.Float64);
            geometry.Add([.. sources.Select(source => AveragedWeights.ReadFinite(source, name))], mean);
        }

        return geometry;
    }

    /// <summary>The L2 norm of a checkpoint.</summary>
    public double Norm(int index) => Math.Sqrt(_products[index, index]);

    /// <summary>The L2 norm of a checkpoint's difference from the average.</summary>
    public double ToAverage(int index) => Math.Sqrt(_squaredToAverage[index]);

    /// <summary>The L2 norm of the difference of two checkpoints.</summary>
    public double Distance(int first, int second) => Math.Sqrt(_squaredDistances[first, second]);

    /// <summary>The cosine of the angle between two checkpoints; 0 where one is zero.</summary>
    public double Cosine(int first, int second)
    {
        var norms = Norm(first) * Norm(second);
        return norms > 0 ? _products[first, second] / norms : 0;
    }

    private void Add(Tensor[] tensors, Tensor mean)
    {
        for (var i = 0; i < tensors.Length; i++)
        {
            using var scope = NewDisposeScope();
            _squaredToAverage[i] += (tensors[i] - mean).Squared().sum().item<double>();
            for (var j = i; j < tensors.Length; j++)
            {
                _products[i, j] += (tensors[i] * tensors[j]).sum().item<double>();
                _squaredDistances[i, j] += (tensors[i] - tensors[j]).Squared().sum().item<double>();
            }
        }
    }
}
