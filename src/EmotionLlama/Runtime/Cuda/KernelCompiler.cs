using System.Runtime.InteropServices;
using System.Text;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>Compiles CUDA source at run time with NVRTC, which comes with PyTorch and with the CUDA toolkit.</summary>
internal sealed unsafe class KernelCompiler
{
    private static readonly Lazy<KernelCompiler> Installed = new(() => new(LoadLibrary(
        OperatingSystem.IsWindows()
            ? ["nvrtc64_130_0.dll", "nvrtc64_120_0.dll"]
            : ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"],
        LibTorch.Load().Folder)));

    private readonly delegate* unmanaged<nint*, byte*, byte*, int, byte**, byte**, int> _create;
    private readonly delegate* unmanaged<nint, int, byte**, int> _compile;
    private readonly delegate* unmanaged<nint, nuint*, int> _logSize, _codeSize;
    private readonly delegate* unmanaged<nint, byte*, int> _log, _code;
    private readonly delegate* unmanaged<nint*, int> _destroy;

    private KernelCompiler(nint library)
    {
        _create = (delegate* unmanaged<nint*, byte*, byte*, int, byte**, byte**, int>)Export("nvrtcCreateProgram");
        _compile = (delegate* unmanaged<nint, int, byte**, int>)Export("nvrtcCompileProgram");
        _logSize = (delegate* unmanaged<nint, nuint*, int>)Export("nvrtcGetProgramLogSize");
        _log = (delegate* unmanaged<nint, byte*, int>)Export("nvrtcGetProgramLog");
        _codeSize = (delegate* unmanaged<nint, nuint*, int>)Export("nvrtcGetCUBINSize");
        _code = (delegate* unmanaged<nint, byte*, int>)Export("nvrtcGetCUBIN");
        _destroy = (delegate* unmanaged<nint*, int>)Export("nvrtcDestroyProgram");

        nint Export(string name) => NativeLibrary.GetExport(library, name);
    }

    /// <summary>The compiler.</summary>
    /// <exception cref="InputException">It is not installed.</exception>
    public static KernelCompiler Load() => Installed.Value;

    /// <summary>Loads NVRTC from where the loader finds it, or from beside PyTorch, in the folders of NVIDIA's packages.
    /// </summary>
    /// <param name="names">What it is called.</param>
    /// <param name="folder">The folder of libtorch's libraries.</param>
    /// <exception cref="InputException">It is nowhere.</exception>
    public static nint LoadLibrary(IEnumerable<string> names, string folder)
    {
        var packages = Path.GetFullPath(Path.Combine(folder, "..", "..", "nvidia"));
        var beside = Directory.Exists(packages)
            ? Directory.EnumerateFiles(packages, "libnvrtc.so.*", SearchOption.AllDirectories)
            : [];
        foreach (var place in names.Concat(beside).Concat(Directory.EnumerateFiles(folder, "libnvrtc*.so*")))
        {
            if (!place.Contains("builtins", StringComparison.Ordinal) && NativeLibrary.TryLoad(place, out var library))
                return library;
        }

        throw new InputException($"NVRTC is missing: no libnvrtc.so.12 or .13 in the loader's path, in {folder} or in "
            + $"{packages}; install the CUDA toolkit or the package nvidia-cuda-nvrtc beside PyTorch");
    }

    /// <summary>Compiles source to machine code.</summary>
    /// <param name="source">CUDA C++; kernels are <c>extern "C"</c>.</param>
    /// <param name="capability">The GPU's compute capability, such as 90.</param>
    /// <param name="definitions">Macros, such as <c>ELEMENT=bf16</c>.</param>
    /// <exception cref="InvalidOperationException">It does not compile.</exception>
    public byte[] Compile(string source, int capability, params ReadOnlySpan<string> definitions)
    {
        var options = new List<nint>
        {
            // The "a" allows what only this generation has, such as its instructions for matrices in shared memory.
            Marshal.StringToCoTaskMemUTF8($"--gpu-architecture=sm_{capability}{(capability == 90 ? "a" : "")}"),
            Marshal.StringToCoTaskMemUTF8("--std=c++17"),
            Marshal.StringToCoTaskMemUTF8("--extra-device-vectorization"),
        };
        foreach (var definition in definitions)
            options.Add(Marshal.StringToCoTaskMemUTF8($"--define-macro={definition}"));

        nint program = 0;
        try
        {
            fixed (byte* text = Encoding.UTF8.GetBytes(source + '\0'))
                Check(_create(&program, text, null, 0, null, null), "nvrtcCreateProgram");

            fixed (nint* arguments = options.ToArray())
            {
                if (_compile(program, options.Count, (byte**)arguments) != 0)
                    throw new InvalidOperationException($"CUDA kernels do not compile: {Log(program)}");
            }

            nuint size;
            Check(_codeSize(program, &size), "nvrtcGetCUBINSize");
            var code = new byte[size];
            fixed (byte* to = code)
                Check(_code(program, to), "nvrtcGetCUBIN");

            return code;
        }
        finally
        {
            if (program != 0)
                _destroy(&program);

            options.ForEach(Marshal.FreeCoTaskMem);
        }
    }

    private string Log(nint program)
    {
        nuint size;
        if (_logSize(program, &size) != 0)
            return "no log";

        var log = new byte[size];
        fixed (byte* to = log)
            _log(program, to);

        return Encoding.UTF8.GetString(log).TrimEnd('\0', '\n');
    }

    private static void Check(int code, string call)
    {
        if (code != 0)
            throw new InvalidOperationException($"{call} failed with code {code}");
    }
}
