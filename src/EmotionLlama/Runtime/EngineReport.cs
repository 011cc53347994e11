namespace EmotionLlama.Runtime;

/// <summary>The engine that computes: libtorch and the binding to it.</summary>
/// <param name="Folder">Where libtorch was found.</param>
/// <param name="LibTorchVersion">Its version, such as <c>2.10.0</c>; null where it does not say.</param>
/// <param name="TorchSharpVersion">The version of TorchSharp.</param>
/// <param name="PatchedShim">The patched copy of TorchSharp's shim that stands in for the original because the host's
/// libstdc++ is older; null where the original loaded.</param>
/// <param name="CudaLibraries">Whether the folder holds the libraries for NVIDIA GPUs.</param>
/// <param name="CudaDevices">GPUs that this libtorch can compute on.</param>
/// <param name="Threads">Threads that one operator uses on the CPU.</param>
public sealed record EngineReport(
    string Folder,
    string? LibTorchVersion,
    string TorchSharpVersion,
    string? PatchedShim,
    bool CudaLibraries,
    int CudaDevices,
    int Threads);
