using System.Buffers.Binary;
using EmotionLlama.Monitoring;
using Google.Protobuf;
using Tensorboard;

namespace EmotionLlama.Tests.Monitoring;

public sealed class TensorBoardLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_reference_checksum_is_the_published_one()
    {
        Assert.Equal(0xE3069283u, Crc32C("123456789"u8));
    }

    [Fact]
    public void A_file_begins_with_the_version_that_TensorBoard_looks_for()
    {
        TensorBoardLog.Open(_folder["tb"], time: _time).Dispose();

        var first = Events()[0];

        Assert.Equal("brain.Event:2", first.FileVersion);
        Assert.Equal(_time.GetUtcNow().ToUnixTimeSeconds(), first.WallTime);
        Assert.StartsWith($"events.out.tfevents.{first.WallTime:0}.", EventFiles()[0].Name, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_is_a_point_on_every_curve()
    {
        using (var log = TensorBoardLog.Open(_folder["tb"], time: _time))
        {
            _time.Pass(0.25);
            log.OnStep(MonitoringSamples.Step(7, loss: 2.5));
        }

        var step = Events()[^1];

        Assert.Equal(7, step.Step);
        Assert.Equal(0.25, step.WallTime % 1, 6);
        Assert.Equal(
            [
                ("speed/samples_per_second", 2f), ("speed/tokens_per_second", 950f), ("train/gradient_norm", 0.75f),
                ("train/learning_rate", 1e-4f), ("train/loss", 2.5f),
            ],
            step.Summary.Value.Select(value => (value.Tag, value.SimpleValue)).OrderBy(pair => pair.Tag));
    }

    [Fact]
    public void The_loss_on_held_out_clips_is_a_curve()
    {
        using (var log = TensorBoardLog.Open(_folder["tb"]))
            log.OnValidation(new ValidationMetrics(Step: 30, Epoch: 1, Loss: 0.5));

        var value = Assert.Single(Events()[^1].Summary.Value);

        Assert.Equal((30, "validation/loss", 0.5f), (Events()[^1].Step, value.Tag, value.SimpleValue));
    }

    [Fact]
    public void So_is_each_figure_of_the_answers_about_them()
    {
        using (var log = TensorBoardLog.Open(_folder["tb"]))
            log.OnValidation(new ValidationMetrics(30, 1, 0.5) { ClueOverlap = 7, Waf = 0.25 });

        Assert.Equal(
            [("validation/loss", 0.5f), ("validation/waf", 0.25f), ("validation/clue_overlap", 7f)],
            Events()[^1].Summary.Value.Select(value => (value.Tag, value.SimpleValue)));
    }

    [Fact]
    public void An_answer_is_a_text_of_the_text_dashboard()
    {
        using (var log = TensorBoardLog.Open(_folder["tb"]))
            log.OnAnswer(MonitoringSamples.Answer(40, clip: "clip_9", answer: "Traurig, naïve 😢"));

        var value = Assert.Single(Events()[^1].Summary.Value);

        Assert.Equal(("answers/clip_9", "text"), (value.Tag, value.Metadata.PluginData.PluginName));
        Assert.Equal(DataType.DtString, value.Tensor.Dtype);
        Assert.Contains(
            "Traurig, naïve 😢", Assert.Single(value.Tensor.StringVal).ToStringUtf8(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_resumed_run_tells_TensorBoard_to_forget_the_steps_it_takes_again()
    {
        TensorBoardLog.Open(_folder["tb"], time: _time).Dispose();
        TensorBoardLog.Open(_folder["tb"], lastStep: 30, time: _time).Dispose();

        var restart = Events(file: 1)[1];

        Assert.Equal(31, restart.Step);
        Assert.Equal(SessionLog.Types.SessionStatus.Start, restart.SessionLog.Status);
    }

    [Fact]
    public void Every_tenth_step_is_enough_when_asked_for()
    {
        using (var log = TensorBoardLog.Open(_folder["tb"], every: 10))
        {
            foreach (var step in Enumerable.Range(1, 25))
                log.OnStep(MonitoringSamples.Step(step));
        }

        Assert.Equal([1L, 10, 20], Events().Skip(2).Select(record => record.Step));
    }

    private FileInfo[] EventFiles() =>
        [.. new DirectoryInfo(_folder["tb"]).GetFiles().OrderBy(file => file.Name, StringComparer.Ordinal)];

    /// <summary>Takes TensorFlow's framing apart: length, its checksum, payload, its checksum.</summary>
    private List<Event> Events(int file = 0)
    {
        var events = new List<Event>();
        ReadOnlySpan<byte> rest = File.ReadAllBytes(EventFiles()[file].FullName);
        while (!rest.IsEmpty)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(rest);
            Assert.Equal(Masked(rest[..8]), BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]));
            var payload = rest.Slice(12, length);
            Assert.Equal(Masked(payload), BinaryPrimitives.ReadUInt32LittleEndian(rest[(12 + length)..]));
            events.Add(Event.Parser.ParseFrom(new CodedInputStream(payload.ToArray())));
            rest = rest[(16 + length)..];
        }

        return events;
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        var checksum = Crc32C(bytes);
        return ((checksum >> 15) | (checksum << 17)) + 0xa282ead8u;
    }

    /// <summary>CRC-32C bit by bit, with the reversed polynomial 0x82F63B78.</summary>
    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var checksum = uint.MaxValue;
        foreach (var value in bytes)
        {
            checksum ^= value;
            for (var bit = 0; bit < 8; bit++)
                checksum = (checksum >> 1) ^ ((checksum & 1) * 0x82F63B78u);
        }

        return ~checksum;
    }
}
