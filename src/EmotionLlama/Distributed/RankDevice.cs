using System.Text;
using EmotionLlama.Runtime.Cuda;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Distributed;

/// <summary>Sees to it that each rank has a device of its own.</summary>
public static class RankDevice
{
    /// <summary>Compares the ranks' devices.</summary>
    /// <exception cref="InputException">Two ranks have one GPU, or some have GPUs and some have none.</exception>
    /// <exception cref="RankFailureException">A rank has failed.</exception>
    internal static void Check(RankChannel channel, Device device)
    {
        var name = device.type == DeviceType.CUDA ? NameOfGpu(device) : "CPU";
        var all = channel.AllGather(Encoding.UTF8.GetBytes($"{Environment.MachineName}\n{name}"))
            .Select(bytes => Encoding.UTF8.GetString(bytes).Split('\n')).ToList();
        if (FindTrouble(all.ConvertAll(parts => (parts[0], parts[1]))) is { } trouble)
            throw new InputException(trouble);
    }

    private static string NameOfGpu(Device device)
    {
        // Something has to be there before the driver has a context to ask.
        using var first = zeros([1], device: device);
        return $"GPU {CudaApi.DeviceId()}";
    }

    /// <summary>What is wrong with the devices of all ranks, in one line; null where nothing is.</summary>
    /// <param name="ranks">Machine and device of each rank.</param>
    internal static string? FindTrouble(IReadOnlyList<(string Host, string Device)> ranks)
    {
        if (ranks.Any(rank => rank.Device == "CPU") && ranks.Any(rank => rank.Device != "CPU"))
        {
            var (with, without) = (Find(rank => rank.Device != "CPU"), Find(rank => rank.Device == "CPU"));
            return $"rank {with} computes on a GPU and rank {without} finds none; start one rank for each GPU, or write "
                + "run.device: cpu";
        }

        for (var second = 1; second < ranks.Count; second++)
        {
            var first = Find(rank => rank == ranks[second]);
            if (first < second && ranks[second].Device != "CPU")
            {
                return $"ranks {first} and {second} have one GPU, {ranks[second].Device["GPU ".Length..]} on "
                    + $"{ranks[second].Host}; start one rank for each GPU";
            }
        }

        return null;

        int Find(Predicate<(string Host, string Device)> isIt) => ranks.ToList().FindIndex(isIt);
    }

    /// <summary>The GPUs that a rank shall see: its own alone, so that it is everywhere the first.</summary>
    /// <param name="launch">The rank's place.</param>
    /// <param name="visible">The value of <c>CUDA_VISIBLE_DEVICES</c>; null or empty where it is not set.</param>
    /// <returns>The value that it gets; null leaves it.</returns>
    /// <exception cref="InputException">There are fewer GPUs in the variable than ranks on this machine.</exception>
    public static string? VisibleTo(LaunchEnvironment launch, string? visible)
    {
        if (string.IsNullOrWhiteSpace(visible))
            return launch.LocalRank.ToString(System.Globalization.CultureInfo.InvariantCulture);

        // A launcher that binds GPUs shows each rank its own.
        var gpus = visible.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (gpus.Length == 1)
            return null;

        return launch.LocalRank < gpus.Length
            ? gpus[launch.LocalRank]
            : throw new InputException($"LOCAL_RANK is {launch.LocalRank}, but CUDA_VISIBLE_DEVICES names {gpus.Length} "
                + "GPUs; start one rank for each GPU");
    }
}
