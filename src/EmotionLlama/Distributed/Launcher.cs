namespace EmotionLlama.Distributed;

/// <summary>What started the ranks of a job.</summary>
public enum Launcher
{
    /// <summary>Nothing: one process.</summary>
    None,

    /// <summary><c>torchrun</c>, or whatever else sets <c>RANK</c> and <c>WORLD_SIZE</c>, such as Kubernetes'
    /// PyTorchJob and <c>--nproc</c>.</summary>
    Torchrun,

    /// <summary>Open MPI's <c>mpirun</c>.</summary>
    OpenMpi,

    /// <summary>Slurm's <c>srun</c>.</summary>
    Slurm,
}
