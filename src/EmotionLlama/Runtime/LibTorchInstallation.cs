namespace EmotionLlama.Runtime;

/// <summary>The libtorch that this process runs on.</summary>
/// <param name="Folder">Where its libraries were found.</param>
/// <param name="PatchedShim">The patched copy of TorchSharp's shim that was loaded in place of the original because
/// the host's libstdc++ is older; null where the original loaded.</param>
public sealed record LibTorchInstallation(string Folder, string? PatchedShim)
{
    /// <summary>Whether these libraries can drive an NVIDIA GPU.</summary>
    public bool HasCuda => File.Exists(Path.Combine(Folder, "libtorch_cuda.so"));
}
