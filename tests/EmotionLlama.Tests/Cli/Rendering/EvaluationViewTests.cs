using EmotionLlama.Cli.Rendering;
using EmotionLlama.Tests.Monitoring;
using Spectre.Console;

namespace EmotionLlama.Tests.Cli.Rendering;

public sealed class EvaluationViewTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public void In_a_pipe_a_line_now_and_then_says_how_far_it_is()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(_output),
        });
        console.Profile.Width = 200;

        EvaluationView.Show(
            console,
            view =>
            {
                view.OnPass("faces without [voice]", clips: 100, done: 20);
                for (var done = 30; done <= 100; done += 10)
                {
                    _time.Pass(4);
                    view.OnAnswers(done);
                }

                return [];
            },
            _time);

        Assert.Equal(
            [
                "faces without [voice]: going on after 20 of 100 clips",
                "faces without [voice]  20 of 100 clips",
                "faces without [voice]  50 of 100 clips  2.5 clips/s  0:20 left",
                "faces without [voice]  80 of 100 clips  2.5 clips/s  0:08 left",
                "faces without [voice]  100 of 100 clips  2.5 clips/s  0:00 left",
            ],
            _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd()));
    }
}
