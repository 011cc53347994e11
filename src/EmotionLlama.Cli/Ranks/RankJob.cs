using EmotionLlama.Distributed;
using EmotionLlama.Runtime;
using EmotionLlama.Workflows;

namespace EmotionLlama.Cli.Ranks;

/// <summary>The job that this process is a rank of.</summary>
/// <param name="Channel">Its ranks; null where it is alone.</param>
internal sealed record RankJob(RankChannel? Channel)
{
    /// <summary>Whether this rank prints and writes.</summary>
    public bool IsFirst => Channel is null || Channel.Launch.Rank == 0;

    /// <summary>Connects the ranks' devices.</summary>
    /// <param name="device">The recipe's device.</param>
    /// <param name="libTorch">The libtorch that was loaded.</param>
    /// <exception cref="InputException">A device or library is missing, or two ranks have one GPU.</exception>
    public IProcessGroup Connect(string? device, LibTorchInstallation libTorch)
    {
        if (Channel is not null && device?.Contains(':', StringComparison.Ordinal) == true)
        {
            throw new InputException($"the device is '{device}', one GPU, but each of {Channel.Launch.Size} ranks "
                + "needs its own; write cuda");
        }

        return ProcessGroups.Open(Channel, ComputeDevice.Choose(device), libTorch.Folder);
    }
}
