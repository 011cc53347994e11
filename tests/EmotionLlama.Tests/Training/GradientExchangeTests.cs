using EmotionLlama.Distributed;
using EmotionLlama.Models;
using EmotionLlama.Tests.Models;
using EmotionLlama.Training;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Training;

/// <summary>Gradients are summed in parts while the backward pass goes on, each value once and none too early.</summary>
public sealed class GradientExchangeTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(1_000_000, 2)]
    public void Every_value_is_sent_once_and_only_when_it_is_complete(long bucket, int parts)
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Create();
        using var row = TinyModels.Pack(model, 0, 1);
        model.AccumulateGradients(row, factor: 0.01);
        var alone = model.Trained.CompleteGradients()!.clone();
        model.Trained.ClearGradients();
        var ranks = new Twins();
        var exchange = new GradientExchange(ranks, model.Trained, bucket);

        model.AccumulateGradients(row, factor: 0.01, layerDone: exchange.LayerDone);
        exchange.Finish(model.Trained.CompleteGradients()!);

        Assert.Equal(0, TinyModels.Distance(alone * 2, model.Trained.Gradients!));
        Assert.Equal(alone.numel(), ranks.Sent.Sum());
        Assert.Equal(parts, ranks.Sent.Count);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void Over_a_fast_link_all_is_sent_at_the_end(int millisecondsOfTheSlowestRank, bool atTheEnd)
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Create();
        var ranks = new Twins { SecondsOfTheOther = millisecondsOfTheSlowestRank / 1000.0 };
        var exchange = new GradientExchange(ranks, model.Trained, bucket: 1);

        exchange.MeasureLink(CPU);

        Assert.Equal(atTheEnd, exchange.LayerDone is null);
    }

    [Fact]
    public void A_link_is_not_measured_where_nothing_could_be_sent_early()
    {
        using var model = TinyModels.Create();
        var ranks = new Twins();

        new GradientExchange(ranks, model.Trained).MeasureLink(CPU);

        Assert.Empty(ranks.Sent);
    }

    [Fact]
    public void The_layers_lie_behind_one_another_and_the_projections_behind_them()
    {
        using var model = TinyModels.Create();

        var (layers, end) = GradientExchange.FindLayers(model.Trained.Parameters);

        Assert.Equal(TinyModels.Config.Layers, layers.Length);
        Assert.Equal(0, layers[0]);
        Assert.InRange(layers[1], 1, end - 1);
        Assert.All(model.Trained.Parameters, parameter =>
            Assert.Equal(parameter.Name.Contains("layers", StringComparison.Ordinal), parameter.First < end));
    }

    [Fact]
    public void Parameters_in_another_order_are_sent_when_all_are_complete()
    {
        using var scope = NewDisposeScope();
        FlatParameter Parameter(int layer, long first) => new($"model.layers.{layer}.lora_A", zeros(4, 4), first);

        var (layers, _) = GradientExchange.FindLayers([Parameter(1, 0), Parameter(0, 16)]);

        Assert.Empty(layers);
    }

    /// <summary>Two ranks that do the same.</summary>
    private sealed class Twins : IProcessGroup, IPendingExchange
    {
        public List<long> Sent { get; } = [];

        /// <summary>What the other one measures of the link; this one finds next to nothing.</summary>
        public double SecondsOfTheOther { get; init; }

        public int Rank => 0;

        public int Size => 2;

        public string Name => "twins";

        public void AllReduceSum(Tensor values) => StartAllReduceSum(values);

        public IPendingExchange StartAllReduceSum(Tensor values)
        {
            Sent.Add(values.numel());
            values.mul_(2);
            return this;
        }

        public void Broadcast(Tensor values)
        {
        }

        public IReadOnlyList<byte[]> AllGather(ReadOnlySpan<byte> part) =>
            [part.ToArray(), BitConverter.GetBytes(SecondsOfTheOther)];

        public IDisposable Watch(string what) => this;

        public void Wait()
        {
        }

        public void Dispose()
        {
        }
    }
}
