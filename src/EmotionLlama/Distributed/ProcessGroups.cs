using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Distributed;

/// <summary>Chooses what carries the tensors of a job: NCCL between GPUs; between CPUs MPI where its launcher started the
/// ranks, and else plain TCP.</summary>
public static class ProcessGroups
{
    /// <summary>Connects the ranks; each calls it at the same place.</summary>
    /// <param name="channel">The ranks' channel; null where there is one process.</param>
    /// <param name="device">Where this rank computes.</param>
    /// <param name="libtorch">The folder of libtorch's libraries, beside which NCCL is looked for.</param>
    /// <exception cref="InputException">A library is missing, or ranks compute on different kinds of devices or on one
    /// GPU.</exception>
    /// <exception cref="RankFailureException">A rank has failed.</exception>
    public static IProcessGroup Open(RankChannel? channel, Device device, string libtorch)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (channel is null)
            return new SingleProcess();

        RankDevice.Check(channel, device);
        ITensorExchange exchange = device.type == DeviceType.CUDA
            ? new NcclExchange(
                channel, NcclLibrary.Load(libtorch, Environment.GetEnvironmentVariable(NcclLibrary.Variable)))
            : new HostExchange(
                channel, channel.Launch.HasMpi ? new MpiSum(MpiLibrary.Start()) : TcpSum.Connect(channel));
        return new ProcessGroup(channel, exchange);
    }
}
