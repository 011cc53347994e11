using EmotionLlama.Checkpoints;

namespace EmotionLlama.Tests.Checkpoints;

public sealed class CheckpointFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Several_threads_may_read_values_at_once_after_a_header_was_read_in_order()
    {
        const int repeats = 4000, readers = 3;
        byte[] bytes = [.. Enumerable.Range(0, 6000).Select(i => (byte)(i % 251))];
        File.WriteAllBytes(_folder["values.bin"], bytes);
        CheckpointFile? file = null;
        var problems = 0;

        // All threads begin each repeat together: what they do first is what may collide.
        using var start = new Barrier(readers, _ =>
        {
            file?.Dispose();
            file = CheckpointFile.Open(_folder["values.bin"]);
            file.Stream.ReadByte();
        });
        var threads = Enumerable.Range(0, readers).Select(reader => new Thread(() =>
        {
            for (var repeat = 0; repeat < repeats; repeat++)
            {
                start.SignalAndWait();
                try
                {
                    if (!bytes.AsSpan(reader * 1000, 500).SequenceEqual(file!.ReadBytes(reader * 1000, 500)))
                        Interlocked.Increment(ref problems);
                }
                catch (InputException)
                {
                    Interlocked.Increment(ref problems);
                }
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        file?.Dispose();

        Assert.Equal(0, problems);
    }
}
