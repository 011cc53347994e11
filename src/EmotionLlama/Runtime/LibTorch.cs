using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace EmotionLlama.Runtime;

/// <summary>
/// Loads libtorch and TorchSharp's shim into the process, once, before TorchSharp's first use: from the NuGet package
/// beside the program, or from the folder of an existing PyTorch.
/// </summary>
/// <remarks>
/// TorchSharp's own search can find a second libtorch and reports a shim that asks for a newer libstdc++ as a missing
/// package, so the search is done here and TorchSharp is told that it is over.
/// </remarks>
public static class LibTorch
{
    /// <summary>The environment variable that names the folder of an existing PyTorch's libraries.</summary>
    public const string FolderVariable = "EMOTION_LLAMA_LIBTORCH";

    private const string Shim = "libLibTorchSharp.so";
    private const string NewestVersionNeeded = "GLIBCXX_3.4.32";
    private static readonly string[] Libraries =
        ["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"];

    private static readonly Lock Gate = new();
    private static LibTorchInstallation? _loaded;

    /// <summary>Loads libtorch; later calls return what the first one loaded.</summary>
    /// <param name="folder">A folder with <c>libtorch_cpu.so</c>, such as <c>site-packages/torch/lib</c>; null takes
    /// <see cref="FolderVariable"/> or else the package beside the program.</param>
    /// <exception cref="InputException">The folder holds no libtorch, or a library in it does not load.</exception>
    public static LibTorchInstallation Load(string? folder = null)
    {
        lock (Gate)
            return _loaded ??= LoadFrom(folder ?? Environment.GetEnvironmentVariable(FolderVariable));
    }

    private static LibTorchInstallation LoadFrom(string? folder)
    {
        if (!OperatingSystem.IsLinux())
            return new LibTorchInstallation(AppContext.BaseDirectory, PatchedShim: null);

        var given = !string.IsNullOrEmpty(folder);
        folder = given ? Path.GetFullPath(folder!) : FindFolder("libtorch_cpu.so");
        if (folder is null || !File.Exists(Path.Combine(folder, "libtorch_cpu.so")))
        {
            throw new InputException(given
                ? $"{folder}: no libtorch_cpu.so in this folder ({FolderVariable} or --libtorch); "
                    + "name the 'lib' folder of an installed PyTorch, .../site-packages/torch/lib"
                : $"no libtorch found: reference the package libtorch-cpu-linux-x64, or set {FolderVariable} to the "
                    + "'lib' folder of an installed PyTorch");
        }

        foreach (var library in Libraries)
        {
            var path = Path.Combine(folder, library);
            if (File.Exists(path))
                LoadLibrary(path);
        }

        var (shim, patched) = LoadShim();
        NativeLibrary.SetDllImportResolver(
            typeof(torch).Assembly,
            (name, _, _) => name == "LibTorchSharp" ? shim : IntPtr.Zero);
        TellTorchSharp();
        return new LibTorchInstallation(folder, patched);
    }

    private static (IntPtr Handle, string? Patched) LoadShim()
    {
        var folder = FindFolder(Shim)
            ?? throw new InputException($"{Shim} is not beside the program; restore the package TorchSharp");
        var original = Path.Combine(folder, Shim);
        if (NativeLibrary.TryLoad(original, out var handle))
            return (handle, null);

        var image = ElfVersionNeeds.MarkWeak(File.ReadAllBytes(original), NewestVersionNeeded)
            ?? throw new InputException($"{original} does not load; run `ldd {original}` to see what it lacks");
        var patched = WritePatched(image);
        return (LoadLibrary(patched), patched);
    }

    /// <summary>Writes the patched shim beside the program, or to the user's cache where that cannot be written.
    /// Renamed into place, so that programs that start at once never see half a file.</summary>
    private static string WritePatched(byte[] image)
    {
        string[] folders =
        [
            Path.Combine(AppContext.BaseDirectory, "patched"),
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "emotion-llama"),
            Path.Combine(Path.GetTempPath(), "emotion-llama"),
        ];
        foreach (var folder in folders)
        {
            try
            {
                var target = Path.Combine(Directory.CreateDirectory(folder).FullName, Shim);
                if (File.Exists(target) && File.ReadAllBytes(target).AsSpan().SequenceEqual(image))
                    return target;

                var written = $"{target}.{Environment.ProcessId}";
                File.WriteAllBytes(written, image);
                File.Move(written, target, overwrite: true);
                return target;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
            }
        }

        throw new InputException($"cannot write a patched {Shim} to any of: {string.Join(", ", folders)}");
    }

    private static IntPtr LoadLibrary(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException e)
        {
            throw new InputException($"{path} does not load: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static string? FindFolder(string file)
    {
        var searched = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        return searched.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory)
            .Append(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, file)));
    }

    private static void TellTorchSharp()
    {
        foreach (var name in (string[])["nativeBackendLoaded", "nativeBackendCudaLoaded"])
        {
            var field = typeof(torch).GetField(name, BindingFlags.NonPublic | BindingFlags.Static)
                ?? throw new NotSupportedException($"this TorchSharp has no field torch.{name}; "
                    + "LibTorch.Load was written for version 0.107");
            field.SetValue(null, true);
        }
    }
}
