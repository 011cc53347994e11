using EmotionLlama.Datasets.Vision;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Datasets.Vision;

/// <summary>The store on disk: what was written is read again bit for bit, and whatever happens to the files, nothing
/// else is ever taken for it.</summary>
public sealed class VisionCacheTests : IDisposable
{
    private static readonly VisionOutputKind Kind = new("00ff", 56, 2, ScalarType.Float32, 5, 8);

    private readonly TemporaryFolder _folder = new();

    private string Root => _folder["cache"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void What_was_written_is_read_again_bit_for_bit(ScalarType dtype)
    {
        var kind = Kind with { Dtype = dtype };
        using var outputs = randn(3, 5, 8).to(dtype);
        using (var written = VisionCache.Open(Root, kind))
        {
            Fill(written, outputs);
            Expect(written, outputs);
        }

        using var cache = VisionCache.Open(Root, kind);
        Assert.Equal(3, cache.Count);
        Expect(cache, outputs);
        Assert.False(cache.Contains(Key(3)));
        Assert.Null(cache.Read(Key(3), "no picture"));
    }

    [Fact]
    public void Opening_to_read_makes_no_files()
    {
        using var cache = VisionCache.Open(Root, Kind);

        Assert.Equal(0, cache.Count);
        Assert.False(Directory.Exists(Root));
    }

    [Theory]
    [InlineData("weights")]
    [InlineData("image size")]
    [InlineData("heads")]
    [InlineData("dtype")]
    public void Outputs_of_another_kind_lie_apart(string what)
    {
        using var outputs = randn(2, 5, 8);
        using var cache = VisionCache.Open(Root, Kind);
        Fill(cache, outputs);

        var other = what switch
        {
            "weights" => Kind with { Weights = "00fe" },
            "image size" => Kind with { ImageSize = 112 },
            "heads" => Kind with { Heads = 4 },
            _ => Kind with { Dtype = ScalarType.BFloat16 },
        };
        using var apart = VisionCache.Open(Root, other);

        Assert.Equal(0, apart.Count);
        using var writer = Writer(apart);
        Assert.Equal(2, Directory.GetDirectories(Root).Length);
    }

    [Fact]
    public void Files_of_another_version_are_refused()
    {
        using (var cache = VisionCache.Open(Root, Kind))
            Writer(cache).Dispose();

        var about = Path.Combine(Root, Kind.FolderName, "about.json");
        File.WriteAllText(
            about, File.ReadAllText(about).Replace("\"format\": 1", "\"format\": 0", StringComparison.Ordinal));

        var message = Assert.Throws<InputException>(() => VisionCache.Open(Root, Kind)).Message;
        Assert.Contains("delete", message, StringComparison.Ordinal);
        Assert.Contains(about, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(80)]
    [InlineData(159)]
    public void A_damaged_output_is_named_and_made_again_in_its_place(int place)
    {
        using var outputs = randn(3, 5, 8);
        using (var cache = VisionCache.Open(Root, Kind))
            Fill(cache, outputs);

        Change(DataFile, bytes => bytes[(int)Kind.Bytes + place] ^= 1);
        using (var cache = VisionCache.Open(Root, Kind))
        {
            Assert.Null(cache.Read(Key(1), "the picture of 'b'"));
            var told = Assert.Single(cache.TakeDamaged());
            Assert.Contains("entry 1, the picture of 'b', is damaged", told, StringComparison.Ordinal);
            Assert.Empty(cache.TakeDamaged());
            Assert.False(cache.Contains(Key(1)));
        }

        using var repaired = VisionCache.Open(Root, Kind);
        Assert.Equal(2, repaired.Count);
        using (var writer = Writer(repaired))
            writer.Append(Key(1), outputs[1]);

        Expect(repaired, outputs);
        Assert.Equal(3 * Kind.Bytes, new FileInfo(DataFile).Length);
    }

    [Fact]
    public void Every_byte_of_the_index_that_changes_costs_one_entry_at_most_and_never_gives_a_wrong_one()
    {
        using var outputs = randn(3, 5, 8);
        using (var cache = VisionCache.Open(Root, Kind))
            Fill(cache, outputs);

        var index = File.ReadAllBytes(IndexFile);
        for (var place = 0; place < index.Length; place++)
        {
            Change(IndexFile, bytes => bytes[place] ^= 0x10);
            using (var cache = VisionCache.Open(Root, Kind))
            {
                Assert.Equal(2, cache.Count);
                Expect(cache, outputs, except: place / 32);
            }

            File.WriteAllBytes(IndexFile, index);
        }
    }

    [Theory]
    [InlineData(DataAndIndex.Data)]
    [InlineData(DataAndIndex.Index)]
    public void A_file_cut_off_anywhere_keeps_the_entries_before_the_cut_and_is_written_on(DataAndIndex which)
    {
        using var outputs = randn(3, 5, 8);
        using (var cache = VisionCache.Open(Root, Kind))
            Fill(cache, outputs);

        var file = which == DataAndIndex.Data ? DataFile : IndexFile;
        var whole = File.ReadAllBytes(file);
        var both = new[] { DataFile, IndexFile }.ToDictionary(path => path, File.ReadAllBytes);
        for (var length = 0; length < whole.Length; length += 7)
        {
            File.WriteAllBytes(file, whole[..length]);
            using var cache = VisionCache.Open(Root, Kind);
            Assert.Equal(length * 3 / whole.Length, cache.Count);
            using (var writer = Writer(cache))
            {
                for (var i = cache.Count; i < 3; i++)
                    writer.Append(Key(i), outputs[i]);
            }

            Expect(cache, outputs);
            Assert.All(both, content => Assert.Equal(content.Value, File.ReadAllBytes(content.Key)));
        }
    }

    [Fact]
    public void An_output_that_no_record_names_is_not_there()
    {
        using var outputs = randn(3, 5, 8);
        using (var cache = VisionCache.Open(Root, Kind))
            Fill(cache, outputs);

        // As after a kill between the two writes.
        File.AppendAllText(DataFile, new string('x', (int)Kind.Bytes / 2));
        using var after = VisionCache.Open(Root, Kind);
        Assert.Equal(3, after.Count);
        using (var writer = Writer(after))
            writer.Append(Key(3), outputs[0]);

        using var read = after.Read(Key(3), "it");
        Assert.True(read!.equal(outputs[0]).all().item<bool>());
        Assert.Equal(4 * Kind.Bytes, new FileInfo(DataFile).Length);
    }

    [Fact]
    public async Task A_second_writer_waits_for_the_first_and_finds_what_it_wrote()
    {
        using var outputs = randn(3, 5, 8);
        using var first = VisionCache.Open(Root, Kind);
        using var second = VisionCache.Open(Root, Kind);
        var writer = Writer(first);
        Assert.Null(second.Write(onWaiting: null, TestContext.Current.CancellationToken));

        using var waits = new ManualResetEventSlim();
        var waiting = Task.Run(() => second.Write(waits.Set, TestContext.Current.CancellationToken));
        Assert.True(waits.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        writer.Append(Key(0), outputs[0]);
        Assert.False(second.Contains(Key(0)));
        writer.Dispose();

        using var turn = await waiting;
        Assert.True(second.Contains(Key(0)));
        turn!.Append(Key(1), outputs[1]);
        Expect(second, outputs, except: 2);
    }

    [Fact]
    public void Waiting_for_the_other_writer_can_be_stopped()
    {
        using var first = VisionCache.Open(Root, Kind);
        using var second = VisionCache.Open(Root, Kind);
        using var writer = Writer(first);
        using var stop = new CancellationTokenSource();

        Assert.Throws<OperationCanceledException>(() => second.Write(stop.Cancel, stop.Token));
    }

    [Fact]
    public void A_reader_sees_what_another_process_wrote_before_it_opened_and_reads_while_it_writes()
    {
        using var outputs = randn(3, 5, 8);
        using var writing = VisionCache.Open(Root, Kind);
        using var writer = Writer(writing);
        writer.Append(Key(0), outputs[0]);

        using var reading = VisionCache.Open(Root, Kind);
        writer.Append(Key(1), outputs[1]);

        Assert.Equal(1, reading.Count);
        using var read = reading.Read(Key(0), "it");
        Assert.True(read!.equal(outputs[0]).all().item<bool>());
    }

    [Fact]
    public void Less_room_than_the_outputs_need_is_an_error_before_the_first()
    {
        using var cache = VisionCache.Open(Root, Kind);
        using var writer = Writer(cache);

        var message = Assert.Throws<InputException>(() => writer.Reserve(1000, _ => 1000 * 160 - 1)).Message;

        Assert.Contains("are free", message, StringComparison.Ordinal);
        Assert.Contains(cache.Folder, message, StringComparison.Ordinal);
        writer.Reserve(1000, _ => 1000 * (160 + 32));
    }

    [Fact]
    public void An_output_of_another_shape_or_type_is_a_mistake_of_the_program()
    {
        using var cache = VisionCache.Open(Root, Kind);
        using var writer = Writer(cache);
        using var shape = zeros(5, 9);
        using var type = zeros([5, 8], ScalarType.BFloat16);

        Assert.Throws<ArgumentException>(() => writer.Append(Key(0), shape));
        Assert.Throws<ArgumentException>(() => writer.Append(Key(0), type));
        Assert.Throws<ArgumentException>(() => cache.ReadInto(Key(0), new byte[159], "it"));
    }

    [Fact]
    public void Many_threads_read_at_once()
    {
        using var outputs = randn(3, 5, 8);
        using var cache = VisionCache.Open(Root, Kind);
        Fill(cache, outputs);

        Parallel.For(0, 300, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            var bytes = new byte[Kind.Bytes];
            Assert.True(cache.ReadInto(Key(i % 3), bytes, "it"));
            using var expected = outputs[i % 3];
            Assert.True(bytes.AsSpan().SequenceEqual(expected.bytes));
        });
    }

    public enum DataAndIndex
    {
        Data,
        Index,
    }

    private string DataFile => Path.Combine(Root, Kind.FolderName, VisionCache.DataName);

    private string IndexFile => Path.Combine(Root, Kind.FolderName, VisionCache.IndexName);

    private static PictureKey Key(int picture) => new((UInt128)(picture + 1) << 70);

    private static VisionCacheWriter Writer(VisionCache cache)
    {
        var writer = cache.Write(onWaiting: null, TestContext.Current.CancellationToken);
        Assert.NotNull(writer);
        return writer;
    }

    private static void Fill(VisionCache cache, Tensor outputs)
    {
        using var writer = Writer(cache);
        for (var i = 0; i < outputs.shape[0]; i++)
        {
            using var output = outputs[i];
            writer.Append(Key(i), output);
        }

        writer.Flush();
    }

    private static void Expect(VisionCache cache, Tensor outputs, int except = -1)
    {
        for (var i = 0; i < outputs.shape[0]; i++)
        {
            using var scope = NewDisposeScope();
            var read = cache.Read(Key(i), $"picture {i}");
            Assert.Equal(i != except, read is not null);
            if (read is not null)
            {
                Assert.Equal(outputs.dtype, read.dtype);
                Assert.True(read.bytes.SequenceEqual(outputs[i].contiguous().bytes));
                read.Dispose();
            }
        }
    }

    private static void Change(string file, Action<byte[]> change)
    {
        var bytes = File.ReadAllBytes(file);
        change(bytes);
        File.WriteAllBytes(file, bytes);
    }
}
