using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using EmotionLlama.Runtime.Cuda;
using TorchSharp;

namespace EmotionLlama.Runtime;

/// <summary>Finds out what this machine offers, and what to do about what it lacks.</summary>
public static class MachineProbe
{
    private const long Gibibyte = 1L << 30;

    // Llama-2-7B in bfloat16 and the vision tower in float16 take 15 GiB before the first activation.
    private const long MemoryForRealWeights = 20 * Gibibyte;
    private const long DiskForRealRun = 40 * Gibibyte;
    private static readonly TimeSpan ProgramPatience = TimeSpan.FromSeconds(5);

    /// <summary>Looks at the machine. Never throws for what is missing: the report says so.</summary>
    /// <param name="libTorchFolder">The folder of an existing PyTorch's libraries, as for
    /// <see cref="LibTorch.Load"/>.</param>
    /// <param name="outputFolder">The folder that output would be written to; it need not exist.</param>
    public static MachineReport Inspect(string? libTorchFolder, string outputFolder)
    {
        ArgumentNullException.ThrowIfNull(outputFolder);
        var advice = new List<string>();
        var engine = InspectEngine(libTorchFolder, advice);
        var cpu = InspectCpu();
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var gpus = CudaDriver.ListGpus();
        var ffmpeg = FindProgram("ffmpeg", "-version");
        var free = DiskSpace.FreeBytes(outputFolder);
        Advise(advice, engine, cpu, memory, gpus, ffmpeg, free);
        return new MachineReport
        {
            OperatingSystem = $"{RuntimeInformation.OSDescription} ({RuntimeInformation.OSArchitecture})",
            Dotnet = RuntimeInformation.FrameworkDescription,
            Engine = engine,
            Cpu = cpu,
            MemoryBytes = memory,
            Gpus = gpus,
            Ffmpeg = ffmpeg,
            OutputFolder = Path.GetFullPath(outputFolder),
            DiskFreeBytes = free,
            Advice = advice,
        };
    }

    private static EngineReport? InspectEngine(string? libTorchFolder, List<string> advice)
    {
        try
        {
            var installation = LibTorch.Load(libTorchFolder);
            return new EngineReport(
                installation.Folder,
                LibTorchVersion(installation.Folder),
                TorchSharpVersion(),
                installation.PatchedShim,
                installation.HasCuda,
                torch.cuda.is_available() ? torch.cuda.device_count() : 0,
                torch.get_num_threads());
        }
        catch (InputException e)
        {
            advice.Add(e.Message);
            return null;
        }
    }

    /// <summary>Asks libtorch's stable interface: its version word holds major, minor and patch in its top three
    /// bytes.</summary>
    private static unsafe string? LibTorchVersion(string folder)
    {
        var path = Path.Combine(folder, "libtorch_cpu.so");
        if (!NativeLibrary.TryLoad(path, out var library)
            || !NativeLibrary.TryGetExport(library, "aoti_torch_abi_version", out var export))
            return null;

        var version = ((delegate* unmanaged<ulong>)export)();
        return $"{version >> 56}.{(version >> 48) & 0xFF}.{(version >> 40) & 0xFF}";
    }

    private static string TorchSharpVersion()
    {
        var assembly = typeof(torch).Assembly;
        var version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return version?.Split('+')[0] ?? assembly.GetName().Version?.ToString() ?? "";
    }

    private static CpuReport InspectCpu()
    {
        var model = OperatingSystem.IsLinux()
            ? File.ReadLines("/proc/cpuinfo")
                .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        return new CpuReport(
            model ?? RuntimeInformation.ProcessArchitecture.ToString(), Environment.ProcessorCount, InstructionSets());
    }

    private static List<string> InstructionSets()
    {
        var found = new List<string>();
        Add(Avx2.IsSupported, "AVX2");
        Add(Fma.IsSupported, "FMA");
        Add(Avx512F.IsSupported, "AVX512F");
        Add(AdvSimd.IsSupported, "NEON");
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7)
            return found;

        // Leaf 7 of CPUID (Intel's manual, volume 2A): what .NET has no switch for.
        var features = X86Base.CpuId(7, 0);
        Add(Avx512F.IsSupported && features.Eax >= 1 && Bit(X86Base.CpuId(7, 1).Eax, 5), "AVX512_BF16");
        Add(Bit(features.Edx, 22), "AMX_BF16");
        Add(Bit(features.Edx, 25), "AMX_INT8");
        return found;

        void Add(bool supported, string name)
        {
            if (supported)
                found.Add(name);
        }

        static bool Bit(int register, int bit) => (register >> bit & 1) != 0;
    }

    private static ProgramReport? FindProgram(string name, string versionArgument)
    {
        if (ProgramFile.FindOnPath(name) is not { } path)
            return null;

        try
        {
            var start = new ProcessStartInfo(path, versionArgument)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var process = Process.Start(start);
            var line = process?.StandardOutput.ReadLine() ?? "";
            if (process?.WaitForExit(ProgramPatience) == false)
                process.Kill();

            return new ProgramReport(path, line.Split(' ') is [_, "version", var version, ..] ? version : line);
        }
        catch (Exception e) when (e is IOException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static void Advise(
        List<string> advice,
        EngineReport? engine,
        CpuReport cpu,
        long memory,
        IReadOnlyList<GpuReport> gpus,
        ProgramReport? ffmpeg,
        long free)
    {
        if (!cpu.InstructionSets.Any(set => set is "AVX2" or "NEON"))
            advice.Add("the processor has no AVX2: libtorch runs several times slower here");

        if (gpus.Count == 0)
            advice.Add("no NVIDIA GPU: 'quickstart' is quick on a CPU, tuning real weights takes a GPU of 24 GB");
        else if (engine is { CudaLibraries: false })
            advice.Add("this libtorch computes on the CPU only: name the 'lib' folder of a CUDA PyTorch "
                + $"(.../site-packages/torch/lib) in --libtorch or {LibTorch.FolderVariable} to use the GPU");
        else if (engine is { CudaDevices: 0 })
            advice.Add("libtorch finds no GPU though the driver does: its CUDA may be newer than the driver, "
                + "or its nvidia/*/lib folders are not on LD_LIBRARY_PATH");

        if (memory < MemoryForRealWeights)
            advice.Add($"{ByteSize.Format(memory)} of memory: enough for 'quickstart'; Llama-2-7B in bfloat16 takes "
                + ByteSize.Format(MemoryForRealWeights));

        if (ffmpeg is null)
            advice.Add("no ffmpeg: install it (apt-get install ffmpeg) to read video and audio files; frames and "
                + "features on disk need none");

        if (free < DiskForRealRun)
            advice.Add($"{ByteSize.Format(free)} free for output: a run on real weights may write "
                + $"{ByteSize.Format(DiskForRealRun)}; set run.keep_last or choose another run.output_dir");
    }
}
