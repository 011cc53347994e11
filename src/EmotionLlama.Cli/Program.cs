using System.Runtime.InteropServices;
using EmotionLlama.Cli;
using EmotionLlama.Distributed;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await CliApp.RunAsync(args, Console.Out, Console.Error, stop.Token);

// A terminal sends Ctrl-C to a rank and to the process that started it, which passes it on as SIGTERM.
// The first signal asks the verb to finish its step and save; the second ends the process the system's way.
void Stop(PosixSignalContext signal)
{
    if (signal.Signal == PosixSignal.SIGINT && Environment.GetEnvironmentVariable(LocalRanks.ParentVariable) is not null)
    {
        signal.Cancel = true;
        return;
    }

    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
