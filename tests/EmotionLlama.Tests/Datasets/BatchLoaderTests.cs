using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Datasets;

public class BatchLoaderTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void Batches_come_in_order_from_any_start(int workers)
    {
        var clips = new FakeClips(10) { DelayMilliseconds = index => index % 3 };
        var loader = Loader(clips, new SequentialOrder(10, 2), new() { NumWorkers = workers });

        Assert.Equal(["0,1", "2,3", "4,5", "6,7", "8,9"], Read(loader));
        Assert.Equal(["6,7", "8,9"], Read(loader, 3));
        Assert.Empty(Read(loader, 5));
        Assert.Equal(0, clips.Undisposed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void What_comes_out_does_not_depend_on_the_threads(int workers)
    {
        var order = new SampleOrder(3, [new OrderedDataset(10, 3)]);
        var options = new BatchLoaderOptions { NumWorkers = workers, OnBadSample = OnBadSample.Skip };
        var loader = Loader(new FakeClips(10, bad: [2, 3]), order, options);

        var batches = Read(loader, 1).Take(20).ToList();

        Assert.Equal(Enumerable.Range(1, 20).Select(number => string.Join(
            ',', order[number].Select(sample => sample.Index is 2 or 3 ? 4 : sample.Index))), batches);
    }

    [Fact]
    public void Loading_ahead_is_bounded()
    {
        var clips = new FakeClips(100);
        var loader = Loader(clips, new SequentialOrder(100), new() { NumWorkers = 4, Prefetch = 3 });

        using var batches = Read(loader).GetEnumerator();
        for (var taken = 1; taken <= 20; taken++)
        {
            Assert.True(batches.MoveNext());
            Assert.InRange(clips.Reads, taken, taken + 2);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_bad_sample_stops_the_run_with_its_name_where_it_would_have_come(int workers)
    {
        var loader = Loader(new FakeClips(10, bad: [4]), new SequentialOrder(10, 2), new() { NumWorkers = workers });
        var batches = new List<string>();

        var error = Assert.Throws<InputException>(() => batches.AddRange(Read(loader)));

        Assert.Equal(["0,1", "2,3"], batches);
        Assert.Equal("datasets.fake: clip 'clip_4': clip_4.npy: truncated", error.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_skipped_sample_is_replaced_by_the_next_counted_and_listed(int workers)
    {
        var options = new BatchLoaderOptions { NumWorkers = workers, OnBadSample = OnBadSample.Skip };
        var loader = Loader(new FakeClips(6, bad: [2, 5]), new SequentialOrder(6, 2), options);

        Assert.Equal(["0,1", "3,3", "4,0"], Read(loader));
        _ = Read(loader, 2).Count();

        Assert.Equal(3, loader.Skipped.Count);
        Assert.Equal(
            [new("fake", "clip_2", "clip_2.npy: truncated"), new("fake", "clip_5", "clip_5.npy: truncated")],
            loader.Skipped.Items);
    }

    [Fact]
    public void Where_no_sample_can_be_read_skipping_ends()
    {
        var options = new BatchLoaderOptions { NumWorkers = 0, OnBadSample = OnBadSample.Skip };
        var loader = Loader(new FakeClips(3, bad: [0, 1, 2]), new SequentialOrder(3), options);

        var error = Assert.Throws<InputException>(() => Read(loader).Count());

        Assert.StartsWith("datasets.fake: 3 clips in a row cannot be read, at last clip 'clip_2'", error.Message);
    }

    [Fact]
    public void Other_errors_reach_the_reader_even_when_samples_may_be_skipped()
    {
        var options = new BatchLoaderOptions { NumWorkers = 2, OnBadSample = OnBadSample.Skip };
        var loader = new BatchLoader<string>(
            [new FakeClips(3)], new SequentialOrder(3), _ => throw new InvalidOperationException("a bug"), options);

        Assert.Equal("a bug", Assert.Throws<InvalidOperationException>(() => Read(loader).Count()).Message);
    }

    [Fact]
    public void Cancelling_ends_the_wait()
    {
        // Cancelled by the clip that is waited for.
        using var cancellation = new CancellationTokenSource();
        using var waited = new ManualResetEventSlim();
        var clips = new FakeClips(10)
        {
            DelayMilliseconds = index =>
            {
                if (index != 3)
                    return 0;

                waited.Wait();
                Thread.Sleep(50);
                cancellation.Cancel();
                return 200;
            },
        };
        Assert.Equal(["0", "1", "2"], ReadUntilCancelled(clips, cancellation, waited.Set));
        Assert.Equal(0, clips.Undisposed);
    }

    [Fact]
    public void Cancelling_leaves_what_is_ready()
    {
        using var cancellation = new CancellationTokenSource();
        var clips = new FakeClips(10);

        Assert.Equal(["0", "1", "2"], ReadUntilCancelled(clips, cancellation, cancellation.Cancel));
        Assert.Equal(0, clips.Undisposed);
    }

    [Fact]
    public void Batches_that_are_not_taken_are_disposed_of()
    {
        var made = new List<Batch>();
        var loader = new BatchLoader<Batch>(
            [new FakeClips(50)],
            new SequentialOrder(50),
            _ =>
            {
                var batch = new Batch();
                lock (made)
                    made.Add(batch);
                return batch;
            },
            new() { NumWorkers = 2, Prefetch = 6 });

        foreach (var batch in Read(loader))
        {
            batch.Dispose();
            SpinWait.SpinUntil(() => made.Count >= 4);
            break;
        }

        Assert.All(made, batch => Assert.True(batch.IsDisposed));
    }

    [Fact]
    public void Real_samples_are_read_by_several_threads()
    {
        using var folder = new MerrFolder("happy", "sad", "fear");
        var recipe = folder.Recipe with { EnableAugmentation = true };
        var dataset = MerrDataset.Open("faces", recipe, MerrFolder.ImageSize);
        List<(string Names, float Sum)> Load(int workers) =>
        [
            .. Read(new BatchLoader<(string Names, float Sum)>(
                [dataset],
                new SampleOrder(1, [new OrderedDataset(dataset.Count, 2)]),
                samples => (
                    string.Join(',', samples.Select(sample => sample.Name)),
                    samples.Sum(sample => sample.Features.sum().item<float>() + sample.Image.sum().item<float>())),
                new() { NumWorkers = workers })).Take(30),
        ];

        Assert.Equal(Load(0), Load(3));
    }

    private static IEnumerable<TBatch> Read<TBatch>(BatchLoader<TBatch> loader, long start = 0)
        where TBatch : notnull =>
        loader.Read(start, TestContext.Current.CancellationToken);

    private static BatchLoader<string> Loader(FakeClips clips, ISampleOrder order, BatchLoaderOptions options) =>
        new([clips], order, samples => string.Join(',', samples.Select(sample => sample.Name[5..])), options);

    private sealed class Batch : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    /// <summary>The batches until the reader is stopped.</summary>
    /// <param name="clips">The clips.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="atThird">Called when there are three.</param>
    private static List<string> ReadUntilCancelled(FakeClips clips, CancellationTokenSource cancellation, Action atThird)
    {
        var batches = new List<string>();
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (var batch in Loader(clips, new SequentialOrder(10), new() { NumWorkers = 1 }).Read(0, cancellation.Token))
            {
                batches.Add(batch);
                if (batches.Count == 3)
                    atThird();
            }
        });
        return batches;
    }

    private sealed class FakeClips(int count, params int[] bad) : IClipDataset
    {
        private readonly List<Tensor> _tensors = [];

        public Func<int, int> DelayMilliseconds { get; init; } = _ => 0;

        public string Name => "fake";

        public int Count => count;

        public int Reads
        {
            get
            {
                lock (_tensors)
                    return _tensors.Count / 2;
            }
        }

        public int Undisposed => _tensors.Count(tensor => !tensor.IsInvalid);

        public ClipAnnotation this[int index] => new($"clip_{index}", 1, Emotion.Happy, 0);

        public ClipSample Read(int index, ulong drawSeed, SampleUse use)
        {
            Thread.Sleep(DelayMilliseconds(index));
            if (bad.Contains(index))
                throw new InputException($"clip_{index}.npy: truncated");

            var sample = new ClipSample
            {
                Name = $"clip_{index}",
                Emotion = Emotion.Happy,
                Task = "emotion",
                Image = zeros(3, 2, 2),
                Features = zeros(3, 4),
                Instruction = "",
                Answer = "",
            };
            lock (_tensors)
                _tensors.AddRange([sample.Image, sample.Features]);
            return sample;
        }
    }
}
