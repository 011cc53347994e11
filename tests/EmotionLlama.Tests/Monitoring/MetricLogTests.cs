using System.Text.Json;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Tests.Monitoring;

public sealed class MetricLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string LogFile => _folder["metrics.jsonl"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_back_what_was_written()
    {
        StepMetrics[] steps = [MonitoringSamples.Step(1), MonitoringSamples.Step(2) with { LossScale = 65536 }];
        Write(steps);

        Assert.Equal(steps, MetricLog.Read(LogFile));
    }

    [Fact]
    public void Every_line_is_a_json_object_with_snake_case_keys()
    {
        Write([MonitoringSamples.Step(7)]);

        var line = JsonDocument.Parse(Assert.Single(File.ReadAllLines(LogFile))).RootElement;

        Assert.Equal(7, line.GetProperty("step").GetInt64());
        Assert.Equal(1e-4, line.GetProperty("learning_rate").GetDouble());
        Assert.Equal(950, line.GetProperty("tokens_per_second").GetDouble());
        Assert.False(line.TryGetProperty("loss_scale", out _), "an absent value has no key");
    }

    [Fact]
    public void A_line_is_with_the_operating_system_before_the_next_step()
    {
        using var log = MetricLog.Create(LogFile);
        log.OnStep(MonitoringSamples.Step(1));

        Assert.Equal([1L], Steps());
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_loss_that_is_not_finite_is_kept(double loss)
    {
        Write([MonitoringSamples.Step(1, loss) with { Skipped = true }]);

        Assert.Equal(loss, MetricLog.Read(LogFile)[0].Loss);
    }

    [Fact]
    public void A_resumed_log_reads_as_if_the_run_had_never_stopped()
    {
        Write(Enumerable.Range(1, 9).Select(step => MonitoringSamples.Step(step)));

        using (var log = MetricLog.Resume(LogFile, lastStep: 5))
        {
            foreach (var step in Enumerable.Range(6, 7))
                log.OnStep(MonitoringSamples.Step(step, loss: 0.5));
        }

        Assert.Equal(Enumerable.Range(1, 12).Select(step => (long)step), Steps());
        Assert.All(MetricLog.Read(LogFile).Skip(5), line => Assert.Equal(0.5, line.Loss));
    }

    [Fact]
    public void A_torn_last_line_is_dropped_wherever_it_was_torn()
    {
        Write([MonitoringSamples.Step(1), MonitoringSamples.Step(2)]);
        var whole = File.ReadAllBytes(LogFile);
        var firstLine = Array.IndexOf(whole, (byte)'\n') + 1;

        for (var length = firstLine; length < whole.Length; length++)
        {
            File.WriteAllBytes(LogFile, whole[..length]);
            Assert.Equal([1L], Steps());

            using (var log = MetricLog.Resume(LogFile, lastStep: 2))
                log.OnStep(MonitoringSamples.Step(2));

            Assert.Equal(whole, File.ReadAllBytes(LogFile));
        }
    }

    [Fact]
    public void A_last_line_that_a_power_cut_filled_with_zeros_is_dropped()
    {
        Write([MonitoringSamples.Step(1)]);
        File.AppendAllBytes(LogFile, new byte[40]);

        Assert.Equal([1L], Steps());
    }

    [Fact]
    public void A_damaged_line_in_the_middle_is_an_error_that_names_it()
    {
        Write([MonitoringSamples.Step(1), MonitoringSamples.Step(2)]);
        var lines = File.ReadAllLines(LogFile);
        File.WriteAllLines(LogFile, [lines[0], "{\"step\":", lines[1]]);

        var error = Assert.Throws<InputException>(() => MetricLog.Read(LogFile));

        Assert.Contains("metrics.jsonl, line 2", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_new_run_replaces_the_log_of_an_earlier_one_even_a_damaged_one()
    {
        File.WriteAllText(LogFile, "not\na\nlog\n");

        Write([MonitoringSamples.Step(1)]);

        Assert.Equal([1L], Steps());
    }

    [Fact]
    public void Writes_the_first_the_last_the_skipped_and_every_tenth_step()
    {
        using (var log = MetricLog.Create(LogFile, every: 10))
        {
            foreach (var step in Enumerable.Range(1, 23))
                log.OnStep(MonitoringSamples.Step(step) with { Skipped = step == 14 });
        }

        Assert.Equal([1L, 10, 14, 20, 23], Steps());
    }

    [Fact]
    public void Creates_the_output_folder()
    {
        using (MetricLog.Create(_folder["a/b/metrics.jsonl"]))
        {
        }

        Assert.Empty(MetricLog.Read(_folder["a/b/metrics.jsonl"]));
    }

    [Fact]
    public void A_missing_log_or_an_unwritable_place_is_the_persons_error()
    {
        File.WriteAllText(_folder["file"], "");

        Assert.Contains("metrics.jsonl", Assert.Throws<InputException>(Steps).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => MetricLog.Create(_folder["file/metrics.jsonl"]));
    }

    private void Write(IEnumerable<StepMetrics> steps)
    {
        using var log = MetricLog.Create(LogFile);
        foreach (var step in steps)
            log.OnStep(step);
    }

    private IEnumerable<long> Steps() => [.. MetricLog.Read(LogFile).Select(line => line.Step)];
}
