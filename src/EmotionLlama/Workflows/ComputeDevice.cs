using System.Globalization;
using EmotionLlama.Configuration;
using EmotionLlama.Runtime;
using EmotionLlama.Runtime.Cuda;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Workflows;

/// <summary>Chooses where to compute, and in which precision. Call <see cref="LibTorch.Load"/> first.</summary>
public static class ComputeDevice
{
    private static readonly Version LeastFp8Capability = new(8, 9);

    /// <summary>The device of a name.</summary>
    /// <param name="name"><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>; null takes a GPU where there is one.</param>
    /// <exception cref="InputException">The name is of another kind, or there is no such GPU.</exception>
    public static Device Choose(string? name)
    {
        if (name is null)
            return HasGpu() ? Exact(CUDA) : CPU;

        if (name == "cpu")
            return CPU;

        var parts = name.Split(':');
        var index = 0;
        if (parts[0] != "cuda" || parts.Length > 2 || (parts.Length == 2
            && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index)))
        {
            throw new InputException($"run.device is '{name}', expected 'cpu', 'cuda' or 'cuda:N'");
        }

        var count = HasGpu() ? cuda.device_count() : 0;
        if (index < count)
            return Exact(new Device(DeviceType.CUDA, index));

        var shown = Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES") is { Length: > 0 } gpus
            ? $" (CUDA_VISIBLE_DEVICES is {gpus.Printable()}; each rank needs a GPU of its own)"
            : "";
        throw new InputException($"run.device is '{name}', but this machine offers {count} GPU(s) to libtorch{shown}; "
            + $"run 'emotion-llama doctor', and name the lib folder of a CUDA PyTorch with --libtorch or {LibTorch.FolderVariable}");
    }

    /// <summary>The data type of frozen weights and arithmetic.</summary>
    public static ScalarType Precision(Amp amp, Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return amp switch
        {
            Amp.Bf16 => ScalarType.BFloat16,
            Amp.Fp16 => ScalarType.Float16,
            Amp.Auto when device.type == DeviceType.CUDA => ScalarType.BFloat16,
            _ => ScalarType.Float32,
        };
    }

    /// <summary>Keeps float32 what it says on a GPU: cuDNN's convolutions otherwise round their inputs to 10 binary digits
    /// (TensorFloat-32), and products do where someone asked for it.</summary>
    private static Device Exact(Device device)
    {
        backends.cudnn.allow_tf32 = false;
        backends.cuda.matmul.allow_tf32 = false;
        return device;
    }

    /// <summary>Checks that a device can multiply frozen weights of a format.</summary>
    /// <param name="format">How they are stored.</param>
    /// <param name="device">Where they are multiplied.</param>
    /// <param name="dtype">Data type of the arithmetic.</param>
    /// <exception cref="InputException">It cannot.</exception>
    public static void CheckFrozen(FrozenFormat format, Device device, ScalarType dtype)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (format != FrozenFormat.Fp8 || device.type != DeviceType.CUDA)
            return;

        if (dtype != ScalarType.BFloat16)
            throw new InputException("model.frozen_weights: fp8 computes in bfloat16 on a GPU; set run.amp to auto or bf16");

        var gpu = CudaDriver.ListGpus()[Math.Max(0, device.index)];
        if (Version.Parse(gpu.ComputeCapability) < LeastFp8Capability)
        {
            throw new InputException($"model.frozen_weights: fp8 needs a GPU of compute capability {LeastFp8Capability} (NVIDIA's "
                + $"Ada, Hopper or later), and {gpu.Name} has {gpu.ComputeCapability}; take auto, or nf4 to save memory");
        }
    }

    private static bool HasGpu() => TryInitializeDeviceType(DeviceType.CUDA) && cuda.is_available();
}
