using EmotionLlama.Checkpoints;

namespace EmotionLlama.Tests.Checkpoints;

public sealed class CheckpointFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Several_threads_may_read_values_at_once_after_a_header_was_read_in_order()
    {
        const int size = 64 << 10, part = 1 << 10;
        byte[] bytes = [.. Enumerable.Range(0, size).Select(i => (byte)(i % 251))];
        File.WriteAllBytes(_folder["values.bin"], bytes);

        for (var repeat = 0; repeat < 100; repeat++)
        {
            using var file = CheckpointFile.Open(_folder["values.bin"]);
            Assert.Equal(bytes[0], file.Stream.ReadByte());
            using var start = new Barrier(4);
            var threads = Enumerable.Range(0, 4).Select(thread => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait(TestContext.Current.CancellationToken);
                    for (var at = thread * part; at < size; at += 4 * part)
                        Assert.Equal(bytes[at..(at + part)], file.ReadBytes(at, part));
                },
                TestContext.Current.CancellationToken,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default));
            await Task.WhenAll(threads);
            Assert.Equal(bytes[1], file.Stream.ReadByte());
        }
    }
}
