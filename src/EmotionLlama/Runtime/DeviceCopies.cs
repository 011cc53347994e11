using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>Copies to a GPU that nobody waits for.</summary>
internal static class DeviceCopies
{
    /// <summary>Queues the copy of a tensor to a device, from page-locked memory, so that the host goes on at once.
    /// </summary>
    /// <param name="tensor">A tensor anywhere.</param>
    /// <param name="device">Where it goes.</param>
    /// <returns>The tensor there; itself where it is there already.</returns>
    public static Tensor Send(this Tensor tensor, Device device)
    {
        if (device.type != DeviceType.CUDA || tensor.device_type != DeviceType.CPU)
            return tensor.to(device);

        if (tensor.is_pinned())
            return tensor.to(device, non_blocking: true);

        // libtorch keeps page-locked memory until the copies from it are done.
        using var pinned = tensor.pin_memory();
        return pinned.to(device, non_blocking: true);
    }
}
