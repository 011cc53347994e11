using System.Text.Json;
using System.Text.RegularExpressions;
using EmotionLlama.Cli.Rendering;
using EmotionLlama.Configuration;
using EmotionLlama.Monitoring;
using EmotionLlama.Tests.Monitoring;
using Spectre.Console;

namespace EmotionLlama.Tests.Cli.Rendering;

public sealed class TrainingViewTests : IDisposable
{
    private static readonly BestMetric Best = new()
    {
        Metric = ValidationMetric.ClueOverlap,
        Value = 7.126,
        Step = 40,
        Epoch = 3,
        Checkpoint = "output/checkpoint_best.pth",
    };

    private readonly StringWriter _output = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public void In_a_pipe_the_first_every_tenth_and_the_last_step_have_a_line()
    {
        Show(terminal: false, view => Train(view, steps: 23));

        var lines = Lines().Where(line => line.StartsWith("step", StringComparison.Ordinal)).ToList();

        Assert.Equal(["step  1/23", "step 10/23", "step 20/23", "step 23/23"], lines.Select(line => line[..10]));
        Assert.DoesNotContain('\u001b', _output.ToString());
    }

    [Fact]
    public void A_line_says_all_figures_of_a_step()
    {
        Show(terminal: false, view =>
        {
            view.OnTraining(steps: 100, completed: 0);
            _time.Pass(2);
            view.OnStep(MonitoringSamples.Step(1, loss: 2.34567));
        });

        Assert.Equal(
            "step   1/100  epoch 0  loss 2.3457  rate 1.0e-4  2.0 samples/s   950 tokens/s  1 GiB memory  3:18 left",
            Assert.Single(Lines()));
    }

    [Fact]
    public void All_that_is_no_figure_of_a_step_has_a_line_of_its_own()
    {
        Show(terminal: false, view =>
        {
            view.OnTraining(steps: 100, completed: 0);
            view.OnMessage("loading [7B] weights");
            view.OnStep(MonitoringSamples.Step(7) with { Skipped = true });
            view.OnValidation(new(Step: 7, Epoch: 0, Loss: 1.23456));
            view.OnValidation(new(Step: 8, Epoch: 0, Loss: 1.2)
            {
                Accuracy = 0.625,
                Waf = 0.6,
                ClueOverlap = 7.126,
                LabelOverlap = 6,
            });
            view.OnBest(Best);
            view.OnAnswer(MonitoringSamples.Answer(7, answer: "The [red]brow[/] is low."));
            view.OnCheckpoint("output/checkpoint_0.pth");
        });

        Assert.Equal(
            [
                "loading [7B] weights",
                "step 7: the gradient is not finite, weights left as they were",
                "held-out loss after 7 steps: 1.2346",
                "held-out loss after 8 steps: 1.2000  accuracy 62.5 %  waf 0.600  clues 7.13  labels 6.00",
                "best so far: clue_overlap 7.126 after epoch 3",
                "sample_001 after 7 steps: The [red]brow[/] is low.",
                "saved output/checkpoint_0.pth",
            ],
            Lines());
    }

    [Fact]
    public void On_a_terminal_one_panel_ends_with_the_last_figures()
    {
        Show(terminal: true, view =>
        {
            view.OnValidation(new(Step: 0, Epoch: 0, Loss: 2.5));
            view.OnBest(Best);
            Train(view, steps: 300);
            view.OnMessage("nearly done");
        });

        var screen = WithoutControls(_output.ToString());
        var last = screen[screen.LastIndexOf("training", StringComparison.Ordinal)..];

        Assert.Contains("nearly done", screen, StringComparison.Ordinal);
        Assert.Contains("300 of 300", last, StringComparison.Ordinal);
        Assert.Contains("100%", Regex.Replace(last, @"(?<=\d) (?=%)", ""), StringComparison.Ordinal);
        Assert.Contains("2.0 samples/s   950 tokens/s   1 GiB memory", last, StringComparison.Ordinal);
        Assert.Matches("[▁-█]{40}", last);
        Assert.Matches("held-out +2.5000", last);
        Assert.Matches("best +clue_overlap 7.126 after epoch 3", last);
    }

    [Fact]
    public void A_terminal_is_not_drawn_to_more_often_than_the_eye_follows()
    {
        Show(terminal: true, view => Train(view, steps: 1000, secondsEach: 0.001));

        Assert.InRange(Regex.Count(_output.ToString(), "samples/s"), 2, 15);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_training_throws_comes_through(bool terminal)
    {
        Assert.Throws<OperationCanceledException>(() =>
            Show(terminal, view => throw new OperationCanceledException()));
    }

    [Fact]
    public void Training_stays_on_the_thread_of_the_caller()
    {
        var thread = Environment.CurrentManagedThreadId;

        Show(terminal: true, _ => Assert.Equal(thread, Environment.CurrentManagedThreadId));
    }

    [Fact]
    public void For_machines_every_event_is_a_json_object_in_a_line()
    {
        var view = new JsonTrainingView(_output, every: 10);
        Train(view, steps: 12);
        view.OnValidation(new(Step: 12, Epoch: 0, Loss: 1) { ClueOverlap = 7 });
        view.OnBest(Best);
        view.OnAnswer(MonitoringSamples.Answer(12));
        view.OnMessage("a \"message\"");
        view.OnCheckpoint("checkpoint_0.pth");

        var events = Lines().Select(line => JsonDocument.Parse(line).RootElement).ToList();

        Assert.Equal(
            ["training", "step", "step", "step", "validation", "best", "answer", "message", "checkpoint"],
            events.Select(one => one.GetProperty("event").GetString()));
        Assert.Equal([1, 10, 12], events.Skip(1).Take(3).Select(one => one.GetProperty("step").GetInt32()));
        Assert.Equal(7, events[4].GetProperty("clue_overlap").GetDouble());
        Assert.Equal("clue_overlap", events[5].GetProperty("metric").GetString());
        Assert.Equal(1e-4, events[1].GetProperty("learning_rate").GetDouble());
        Assert.Equal("a \"message\"", events[7].GetProperty("message").GetString());
    }

    [Fact]
    public void A_loss_that_is_not_a_number_is_still_json()
    {
        new JsonTrainingView(_output, every: 1).OnStep(MonitoringSamples.Step(3, double.NaN) with { Skipped = true });

        Assert.Equal("NaN", JsonDocument.Parse(Assert.Single(Lines())).RootElement.GetProperty("loss").GetString());
    }

    private void Show(bool terminal, Action<ITrainingObserver> train)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal ? AnsiSupport.Yes : AnsiSupport.No,
            Interactive = terminal ? InteractionSupport.Yes : InteractionSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(_output),
        });
        console.Profile.Width = 120;
        console.Profile.Capabilities.Unicode = true;
        TrainingView.Show(
            console,
            every: 10,
            view =>
            {
                train(view);
                return 0;
            },
            _time);
    }

    private void Train(ITrainingObserver view, int steps, double secondsEach = 2)
    {
        view.OnTraining(steps, completed: 0);
        for (var step = 1; step <= steps; step++)
        {
            _time.Pass(secondsEach);
            view.OnStep(MonitoringSamples.Step(step, loss: 1 + (1.0 / step)));
        }
    }

    private string[] Lines() => _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string WithoutControls(string text) => Regex.Replace(text, "\u001b\\[[0-9;?]*[A-Za-z]", "");
}
