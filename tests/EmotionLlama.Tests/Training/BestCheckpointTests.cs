using EmotionLlama.Configuration;
using EmotionLlama.Monitoring;
using EmotionLlama.Training;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Training;

/// <summary>The best checkpoint of a run: here of three epochs of one step, and its file.</summary>
[Collection(SharedGenerator.Name)]
public sealed class BestCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CheckpointStore _store;

    public BestCheckpointTests()
    {
        using var scope = NewDisposeScope();
        _store = new CheckpointStore(_folder.Location, config: null);
        using var run = new TinyRun(new RunRecipe { InitLr = 1e-2, MaxEpoch = 3 }, [[0, 1]], store: _store);
        run.Run();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_better_evaluation_replaces_it_and_no_other_does()
    {
        var best = Create();

        Assert.True(best.Offer(At(1, 2), Epoch(0)));
        AssertHolds(0);
        Assert.False(best.Offer(At(2, 2), Epoch(1)));
        AssertHolds(0);
        Assert.True(best.Offer(At(3, 1), Epoch(2)));
        AssertHolds(2);
        Assert.Equal((1, 2, _store.BestPath), (best.Best!.Value, best.Best.Epoch, best.Best.Checkpoint));
    }

    [Fact]
    public void It_outlives_the_checkpoint_it_is_a_copy_of()
    {
        Create().Offer(At(1, 2), Epoch(0));
        var bytes = File.ReadAllBytes(Epoch(0));
        File.Delete(Epoch(0));

        Assert.Equal(bytes, File.ReadAllBytes(_store.BestPath));
    }

    [Fact]
    public void No_run_goes_on_from_it()
    {
        Create().Offer(At(1, 2), Epoch(0));
        Assert.Equal(Epoch(2), CheckpointStore.FindNewest(_folder.Location));

        foreach (var epoch in (int[])[0, 1, 2])
            File.Delete(Epoch(epoch));

        Assert.Null(CheckpointStore.FindNewest(_folder.Location));
        Assert.Equal(_store.BestPath, CheckpointStore.FindBest(_folder.Location));
    }

    [Fact]
    public void A_run_killed_between_evaluation_and_copy_makes_up_for_it()
    {
        Create().Offer(At(1, 2), Epoch(0));
        var resumed = Create();

        Assert.True(resumed.Restore([At(0, 0), At(1, 2), At(2, 1)], Epoch(1)));

        AssertHolds(1);
        Assert.False(resumed.Offer(At(3, 1.5), Epoch(2)));
        Assert.Equal(1, resumed.Best!.Epoch);
    }

    [Fact]
    public void It_is_kept_where_its_epoch_is_gone_already()
    {
        Create().Offer(At(1, 2), Epoch(0));
        File.Delete(Epoch(0));
        var resumed = Create();

        Assert.True(resumed.Restore([At(1, 2), At(2, 3)], Epoch(1)));

        Assert.False(resumed.Offer(At(3, 2.5), Epoch(2)));
    }

    [Fact]
    public void Resumed_from_before_it_it_is_the_best_of_until_then()
    {
        Create().Offer(At(3, 1), Epoch(2));

        Assert.True(Create().Restore([At(1, 2), At(2, 3)], Epoch(1)));

        AssertHolds(0);
    }

    [Fact]
    public void Where_the_best_until_then_is_nowhere_the_next_evaluation_is_the_best()
    {
        Create().Offer(At(3, 1), Epoch(2));
        File.Delete(Epoch(0));
        var resumed = Create();

        Assert.False(resumed.Restore([At(1, 2), At(2, 3)], Epoch(1)));

        Assert.Null(resumed.Best);
        Assert.True(resumed.Offer(At(3, 5), Epoch(2)));
    }

    private BestCheckpoint Create() => new(_store, ValidationMetric.ValLoss);

    private string Epoch(int epoch) => _store.EpochPath(epoch);

    private void AssertHolds(int epoch) =>
        Assert.Equal(File.ReadAllBytes(Epoch(epoch)), File.ReadAllBytes(_store.BestPath));

    private static ValidationMetrics At(long step, double loss) => new(step, (int)step - 1, loss);
}
