using System.Globalization;

namespace EmotionLlama.Distributed;

/// <summary>This process's place in a job, as its launcher's environment variables tell.</summary>
/// <param name="Launcher">What started the ranks.</param>
/// <param name="Rank">This process, from 0.</param>
/// <param name="Size">The number of processes.</param>
/// <param name="LocalRank">This process among those of its machine, from 0.</param>
/// <param name="LocalSize">The number of processes on this machine; null where the launcher does not say.</param>
public sealed record LaunchEnvironment(Launcher Launcher, int Rank, int Size, int LocalRank, int? LocalSize)
{
    /// <summary>The variable that overrides the port on which rank 0 listens.</summary>
    public const string PortVariable = "EMOTION_LLAMA_PORT";

    /// <summary>One process.</summary>
    public static LaunchEnvironment Alone { get; } = new(Launcher.None, 0, 1, 0, 1);

    /// <summary>Where rank 0 can be reached; null under <c>mpirun</c>, where MPI tells.</summary>
    public string? MasterAddress { get; init; }

    /// <summary>The port on which rank 0 listens; 0 where it is told as the address is.</summary>
    public int MasterPort { get; init; }

    /// <summary>The variable that the port was read from, for messages.</summary>
    public string PortSource { get; init; } = "MASTER_PORT";

    /// <summary>Whether a launcher of MPI programs started the process.</summary>
    public bool HasMpi { get; init; }

    /// <summary>Reads the variables of torchrun, of Open MPI or of Slurm, whichever are there first.</summary>
    /// <param name="variable">Gives the value of a variable; null or empty where it is not set.</param>
    /// <exception cref="InputException">Some are missing or make no sense.</exception>
    public static LaunchEnvironment Read(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        var reader = new Variables(variable);
        if (reader.Has("RANK") || reader.Has("WORLD_SIZE"))
            return Torchrun(reader);

        if (reader.Has("OMPI_COMM_WORLD_SIZE"))
            return OpenMpi(reader);

        // A batch script has variables of its task as well; those of a step are srun's alone.
        return reader.Has("SLURM_PROCID") && reader.Has("SLURM_STEP_NUM_TASKS") ? Slurm(reader) : Alone;
    }

    private static LaunchEnvironment Torchrun(Variables reader)
    {
        var launch = Checked(
            new(Launcher.Torchrun, reader.Number("RANK"), reader.Number("WORLD_SIZE"),
                reader.Number("LOCAL_RANK", 0), reader.OptionalNumber("LOCAL_WORLD_SIZE")),
            "RANK", "WORLD_SIZE");
        if (launch.Size == 1)
            return launch;

        // The agent of torchrun listens on MASTER_PORT itself; the next one is ours.
        var port = reader.Port("MASTER_PORT") + (reader.Is("TORCHELASTIC_USE_AGENT_STORE", "True") ? 1 : 0);
        return reader.WithPort(launch with { MasterAddress = reader.Text("MASTER_ADDR"), MasterPort = port });
    }

    private static LaunchEnvironment OpenMpi(Variables reader)
    {
        var launch = Checked(
            new(Launcher.OpenMpi, reader.Number("OMPI_COMM_WORLD_RANK"), reader.Number("OMPI_COMM_WORLD_SIZE"),
                reader.Number("OMPI_COMM_WORLD_LOCAL_RANK", 0), reader.OptionalNumber("OMPI_COMM_WORLD_LOCAL_SIZE"))
            {
                HasMpi = true,
            },
            "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE");
        return reader.WithPort(launch);
    }

    private static LaunchEnvironment Slurm(Variables reader)
    {
        var launch = Checked(
            new(Launcher.Slurm, reader.Number("SLURM_PROCID"), reader.Number("SLURM_STEP_NUM_TASKS"),
                reader.Number("SLURM_LOCALID", 0), LocalSize: null)
            {
                HasMpi = reader.Has("PMIX_RANK"),
            },
            "SLURM_PROCID", "SLURM_STEP_NUM_TASKS");
        if (launch.Size == 1)
            return launch;

        var address = reader.Has("MASTER_ADDR")
            ? reader.Text("MASTER_ADDR")
            : SlurmNodes.First(reader.Text(
                reader.Has("SLURM_STEP_NODELIST") ? "SLURM_STEP_NODELIST" : "SLURM_NODELIST"));

        // Jobs that share a machine get different ports.
        var port = reader.Has("MASTER_PORT")
            ? reader.Port("MASTER_PORT")
            : 20_000 + (reader.Number("SLURM_JOB_ID", 0) % 10_000);
        return reader.WithPort(launch with
        {
            MasterAddress = address,
            MasterPort = port,
            PortSource = reader.Has("MASTER_PORT") ? "MASTER_PORT" : "SLURM_JOB_ID",
        });
    }

    private static LaunchEnvironment Checked(LaunchEnvironment launch, string rank, string size)
    {
        if (launch.Size < 1)
            throw new InputException($"{size} is {launch.Size}, expected the number of ranks");

        return launch.Rank >= 0 && launch.Rank < launch.Size
            ? launch
            : throw new InputException(
                $"{rank} is {launch.Rank}, but {size} is {launch.Size}: ranks are counted from 0 to {launch.Size - 1}");
    }

    private sealed class Variables(Func<string, string?> variable)
    {
        public bool Has(string name) => !string.IsNullOrWhiteSpace(variable(name));

        public bool Is(string name, string value) =>
            string.Equals(variable(name), value, StringComparison.OrdinalIgnoreCase);

        public string Text(string name) => Has(name)
            ? variable(name)!.Trim()
            : throw new InputException($"{name} is not set, but other variables of a launcher are; start the ranks with "
                + "torchrun, mpirun or srun, or with --nproc");

        public int Number(string name) =>
            int.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw new InputException($"{name} is '{Text(name).Printable()}', expected a whole number");

        public int Number(string name, int otherwise) => Has(name) ? Number(name) : otherwise;

        public int? OptionalNumber(string name) => Has(name) ? Number(name) : null;

        public int Port(string name) => Number(name) is > 0 and < 65_535 and var port
            ? port
            : throw new InputException($"{name} is '{Text(name).Printable()}', expected a port, 1 to 65534");

        public LaunchEnvironment WithPort(LaunchEnvironment launch) => !Has(PortVariable) ? launch : launch with
        {
            MasterPort = Port(PortVariable),
            PortSource = PortVariable,
        };
    }
}
