using System.Runtime.InteropServices;
using System.Text;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>Compiles CUDA source at run time with NVRTC, which comes with PyTorch and with the CUDA toolkit.</summary>
internal static unsafe class KernelCompiler
{
    private static readonly nint Library = FindLibrary();

    private static readonly delegate* unmanaged<nint*, byte*, byte*, int, byte**, byte**, int> Create =
        (delegate* unmanaged<nint*, byte*, byte*, int, byte**, byte**, int>)Export("nvrtcCreateProgram");

    private static readonly delegate* unmanaged<nint, int, byte**, int> CompileProgram =
        (delegate* unmanaged<nint, int, byte**, int>)Export("nvrtcCompileProgram");

    private static readonly delegate* unmanaged<nint, nuint*, int> GetLogSize =
        (delegate* unmanaged<nint, nuint*, int>)Export("nvrtcGetProgramLogSize");

    private static readonly delegate* unmanaged<nint, byte*, int> GetLog =
        (delegate* unmanaged<nint, byte*, int>)Export("nvrtcGetProgramLog");

    private static readonly delegate* unmanaged<nint, nuint*, int> GetCodeSize =
        (delegate* unmanaged<nint, nuint*, int>)Export("nvrtcGetCUBINSize");

    private static readonly delegate* unmanaged<nint, byte*, int> GetCode =
        (delegate* unmanaged<nint, byte*, int>)Export("nvrtcGetCUBIN");

    private static readonly delegate* unmanaged<nint*, int> Destroy =
        (delegate* unmanaged<nint*, int>)Export("nvrtcDestroyProgram");

    /// <summary>Compiles source to machine code.</summary>
    /// <param name="source">CUDA C++; kernels are <c>extern "C"</c>.</param>
    /// <param name="capability">The GPU's compute capability, such as 90.</param>
    /// <param name="definitions">Macros, such as <c>ELEMENT=bf16</c>.</param>
    /// <exception cref="InvalidOperationException">It does not compile.</exception>
    public static byte[] Compile(string source, int capability, params ReadOnlySpan<string> definitions)
    {
        var options = new List<nint>
        {
            Marshal.StringToCoTaskMemUTF8($"--gpu-architecture=sm_{capability}"),
            Marshal.StringToCoTaskMemUTF8("--std=c++17"),
            Marshal.StringToCoTaskMemUTF8("--extra-device-vectorization"),
        };
        foreach (var definition in definitions)
            options.Add(Marshal.StringToCoTaskMemUTF8($"--define-macro={definition}"));

        nint program = 0;
        try
        {
            fixed (byte* text = Encoding.UTF8.GetBytes(source + '\0'))
                Check(Create(&program, text, null, 0, null, null), "nvrtcCreateProgram");

            fixed (nint* arguments = options.ToArray())
            {
                if (CompileProgram(program, options.Count, (byte**)arguments) != 0)
                    throw new InvalidOperationException($"CUDA kernels do not compile: {Log(program)}");
            }

            nuint size;
            Check(GetCodeSize(program, &size), "nvrtcGetCUBINSize");
            var code = new byte[size];
            fixed (byte* to = code)
                Check(GetCode(program, to), "nvrtcGetCUBIN");

            return code;
        }
        finally
        {
            if (program != 0)
                Destroy(&program);

            options.ForEach(Marshal.FreeCoTaskMem);
        }
    }

    private static string Log(nint program)
    {
        nuint size;
        if (GetLogSize(program, &size) != 0)
            return "no log";

        var log = new byte[size];
        fixed (byte* to = log)
            GetLog(program, to);

        return Encoding.UTF8.GetString(log).TrimEnd('\0', '\n');
    }

    /// <summary>NVRTC stands where the loader finds it, or beside PyTorch, in the folders of NVIDIA's packages.</summary>
    private static nint FindLibrary()
    {
        string[] names = OperatingSystem.IsWindows()
            ? ["nvrtc64_130_0.dll", "nvrtc64_120_0.dll"]
            : ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"];
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, out var handle))
                return handle;
        }

        var folder = LibTorch.Load().Folder;
        var packages = Path.GetFullPath(Path.Combine(folder, "..", "..", "nvidia"));
        var found = Directory.Exists(packages)
            ? Directory.GetFiles(packages, "libnvrtc.so.*", SearchOption.AllDirectories)
            : [];
        foreach (var path in found.Concat(Directory.GetFiles(folder, "libnvrtc*.so*")))
        {
            if (!path.Contains("builtins", StringComparison.Ordinal) && NativeLibrary.TryLoad(path, out var handle))
                return handle;
        }

        throw new InputException($"NVRTC is missing: no libnvrtc.so.12 or .13 in the loader's path, in {folder} or in "
            + $"{packages}; install the CUDA toolkit or the package nvidia-cuda-nvrtc beside PyTorch");
    }

    private static nint Export(string name) => NativeLibrary.GetExport(Library, name);

    private static void Check(int code, string call)
    {
        if (code != 0)
            throw new InvalidOperationException($"{call} failed with code {code}");
    }
}
