using EmotionLlama.Monitoring;
using Spectre.Console;

namespace EmotionLlama.Cli.Rendering;

/// <summary>Picks how a training run is shown: a panel that keeps changing on a terminal, lines in a pipe or a log
/// file, JSON lines for machines.</summary>
internal static class TrainingView
{
    /// <summary>Runs <paramref name="train"/> on this thread and shows it as text.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="every">Steps between two lines, where it is not a terminal.</param>
    /// <param name="train">Trains, telling the view what happens.</param>
    /// <param name="time">The clock; null takes the system's.</param>
    public static T Show<T>(IAnsiConsole console, int every, Func<ITrainingObserver, T> train, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        if (!console.Profile.Capabilities.Ansi || !console.Profile.Capabilities.Interactive)
            return train(new PlainTrainingView(console, every, time));

        return console.Live(Text.Empty).Start(display =>
        {
            var view = new LiveTrainingView(console, display, time);
            var result = train(view);
            view.Refresh();
            return result;
        });
    }
}
