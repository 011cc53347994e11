using System.CommandLine;

namespace EmotionLlama.Cli.Ranks;

/// <summary>The options of verbs that several processes can run together.</summary>
internal sealed class RankOptions
{
    private const double DefaultLimit = 600;

    /// <summary>Processes to start on this machine.</summary>
    public Option<int> Nproc { get; } = CountOption.Create(
        "--nproc",
        "Start as many ranks on this machine: one for each GPU, or processes on a CPU. Leave it out under torchrun, mpirun or srun.",
        1);

    /// <summary>How long ranks wait for one another.</summary>
    public Option<double> Limit { get; } = new("--rank-timeout")
    {
        Description = "The longest time that ranks wait for one of them, before the job ends.",
        DefaultValueFactory = _ => DefaultLimit,
        HelpName = "SECONDS",
    };

    public RankOptions()
    {
        Limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (> 0 and < 1e6))
                result.AddError("--rank-timeout: give a number of seconds above 0");
        });
    }

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command verb)
    {
        verb.Add(Nproc);
        verb.Add(Limit);
    }
}
