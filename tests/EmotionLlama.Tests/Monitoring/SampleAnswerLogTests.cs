using EmotionLlama.Monitoring;

namespace EmotionLlama.Tests.Monitoring;

public sealed class SampleAnswerLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string LogFile => _folder["answers.jsonl"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Keeps_quotes_line_breaks_and_accents_of_an_answer()
    {
        var answer = MonitoringSamples.Answer(3, answer: "She says \"déjà vu\"\nand 怒る <AU4>.");
        using (var log = SampleAnswerLog.Create(LogFile))
            log.OnAnswer(answer);

        Assert.Equal(answer, Assert.Single(SampleAnswerLog.Read(LogFile)));
        Assert.Contains("déjà vu", Assert.Single(File.ReadAllLines(LogFile)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_resumed_run_answers_again_only_what_came_after_its_checkpoint()
    {
        using (var log = SampleAnswerLog.Create(LogFile))
        {
            foreach (var step in new[] { 0, 10, 20 })
                log.OnAnswer(MonitoringSamples.Answer(step));
        }

        using (var log = SampleAnswerLog.Resume(LogFile, lastStep: 10))
        {
            log.OnAnswer(MonitoringSamples.Answer(10));
            log.OnAnswer(MonitoringSamples.Answer(10, clip: "sample_002"));
            log.OnAnswer(MonitoringSamples.Answer(20, answer: "The person is angry."));
        }

        Assert.Equal(
            [(0, "sample_001"), (10, "sample_001"), (10, "sample_002"), (20, "sample_001")],
            SampleAnswerLog.Read(LogFile).Select(answer => (answer.Step, answer.Clip)));
        Assert.Equal("The person is angry.", SampleAnswerLog.Read(LogFile)[^1].Answer);
    }
}
