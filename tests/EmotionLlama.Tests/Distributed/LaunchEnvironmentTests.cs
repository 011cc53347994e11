using EmotionLlama.Distributed;

namespace EmotionLlama.Tests.Distributed;

/// <summary>A process knows its place in a job from its launcher's variables.</summary>
public sealed class LaunchEnvironmentTests
{
    [Fact]
    public void Without_a_launcher_it_is_alone()
    {
        Assert.Equal(LaunchEnvironment.Alone, Read());
        Assert.Equal(LaunchEnvironment.Alone, Read("MASTER_ADDR=somewhere", "HOME=/root"));
    }

    [Fact]
    public void Torchrun_tells_everything()
    {
        var launch = Read(
            "RANK=5", "WORLD_SIZE=8", "LOCAL_RANK=1", "LOCAL_WORLD_SIZE=4", "MASTER_ADDR=node1", "MASTER_PORT=29500");

        Assert.Equal((Launcher.Torchrun, 5, 8, 1, 4), (launch.Launcher, launch.Rank, launch.Size, launch.LocalRank, launch.LocalSize));
        Assert.Equal(("node1", 29500, false), (launch.MasterAddress, launch.MasterPort, launch.HasMpi));
    }

    [Fact]
    public void The_port_of_torchruns_own_agent_is_left_to_it() => Assert.Equal(
        29501,
        Read("RANK=0", "WORLD_SIZE=2", "MASTER_ADDR=a", "MASTER_PORT=29500", "TORCHELASTIC_USE_AGENT_STORE=True")
            .MasterPort);

    [Fact]
    public void A_person_may_name_another_port() => Assert.Equal(
        (12345, "EMOTION_LLAMA_PORT"),
        Port(Read("RANK=0", "WORLD_SIZE=2", "MASTER_ADDR=a", "MASTER_PORT=29500", "EMOTION_LLAMA_PORT=12345")));

    [Fact]
    public void A_pod_of_one_process_has_no_local_rank() => Assert.Equal(
        0, Read("RANK=3", "WORLD_SIZE=4", "MASTER_ADDR=pod-0", "MASTER_PORT=23456").LocalRank);

    [Fact]
    public void Under_mpirun_MPI_tells_where_rank_0_is()
    {
        var launch = Read(
            "OMPI_COMM_WORLD_RANK=1", "OMPI_COMM_WORLD_SIZE=3", "OMPI_COMM_WORLD_LOCAL_RANK=1",
            "OMPI_COMM_WORLD_LOCAL_SIZE=3", "SLURM_PROCID=0", "SLURM_STEP_NUM_TASKS=1");

        Assert.Equal((Launcher.OpenMpi, 1, 3, 1, 3), (launch.Launcher, launch.Rank, launch.Size, launch.LocalRank, launch.LocalSize));
        Assert.True(launch.HasMpi);
        Assert.Null(launch.MasterAddress);
    }

    [Fact]
    public void Under_srun_rank_0_is_on_the_first_machine_and_jobs_have_ports_of_their_own()
    {
        var launch = Read(
            "SLURM_PROCID=9", "SLURM_STEP_NUM_TASKS=16", "SLURM_LOCALID=1", "SLURM_STEP_NODELIST=gpu[03-04,9]",
            "SLURM_JOB_ID=123456");

        Assert.Equal((Launcher.Slurm, 9, 16, 1), (launch.Launcher, launch.Rank, launch.Size, launch.LocalRank));
        Assert.Equal(("gpu03", 23456), (launch.MasterAddress, launch.MasterPort));
    }

    [Fact]
    public void A_batch_script_that_srun_did_not_start_is_alone() =>
        Assert.Equal(LaunchEnvironment.Alone, Read("SLURM_PROCID=0", "SLURM_NTASKS=16", "SLURM_JOB_ID=1"));

    [Theory]
    [InlineData("gpu7", "gpu7")]
    [InlineData("login,gpu[1-2]", "login")]
    [InlineData("gpu[03-06,11],login", "gpu03")]
    [InlineData("rack[1-2]node[04-09]", "rack1node04")]
    [InlineData("node[7]-ib,node9-ib", "node7-ib")]
    public void The_first_machine_of_Slurms_lists_is_found(string list, string first) =>
        Assert.Equal(first, SlurmNodes.First(list));

    [Theory]
    [InlineData("MASTER_ADDR is not set", "RANK=0", "WORLD_SIZE=2", "MASTER_PORT=29500")]
    [InlineData("MASTER_PORT is not set", "RANK=0", "WORLD_SIZE=2", "MASTER_ADDR=a")]
    [InlineData("WORLD_SIZE is not set", "RANK=0", "MASTER_ADDR=a", "MASTER_PORT=29500")]
    [InlineData("RANK is not set", "WORLD_SIZE=2", "MASTER_ADDR=a", "MASTER_PORT=29500")]
    [InlineData("RANK is 'first', expected a whole number", "RANK=first", "WORLD_SIZE=2")]
    [InlineData("ranks are counted from 0 to 1", "RANK=2", "WORLD_SIZE=2")]
    [InlineData("WORLD_SIZE is 0", "RANK=0", "WORLD_SIZE=0")]
    [InlineData("expected a port", "RANK=0", "WORLD_SIZE=2", "MASTER_ADDR=a", "MASTER_PORT=70000")]
    [InlineData("has no ']'", "SLURM_PROCID=0", "SLURM_STEP_NUM_TASKS=2", "SLURM_STEP_NODELIST=a[1-2")]
    public void A_bad_launch_is_one_line_that_names_the_variable(string message, params string[] variables)
    {
        var error = Assert.Throws<InputException>(() => Read(variables));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static (int, string) Port(LaunchEnvironment launch) => (launch.MasterPort, launch.PortSource);

    private static LaunchEnvironment Read(params string[] variables)
    {
        var known = variables.Select(text => text.Split('=')).ToDictionary(parts => parts[0], parts => parts[1]);
        return LaunchEnvironment.Read(name => known.GetValueOrDefault(name));
    }
}
