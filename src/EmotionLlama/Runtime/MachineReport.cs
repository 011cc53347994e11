namespace EmotionLlama.Runtime;

/// <summary>What a machine offers for tuning and answering, and what it lacks.</summary>
public sealed record MachineReport
{
    /// <summary>The operating system and its architecture.</summary>
    public required string OperatingSystem { get; init; }

    /// <summary>The .NET runtime.</summary>
    public required string Dotnet { get; init; }

    /// <summary>The engine that computes; null where none loads.</summary>
    public required EngineReport? Engine { get; init; }

    /// <summary>The processor.</summary>
    public required CpuReport Cpu { get; init; }

    /// <summary>Memory that this process may use, in bytes; a container's limit where there is one.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>NVIDIA GPUs that the driver shows, whether or not <see cref="Engine"/> can use them.</summary>
    public required IReadOnlyList<GpuReport> Gpus { get; init; }

    /// <summary>The <c>ffmpeg</c> program, which reads video and audio files; null where there is none.</summary>
    public required ProgramReport? Ffmpeg { get; init; }

    /// <summary>The folder that output would be written to.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>Free space on the disk of <see cref="OutputFolder"/>, in bytes.</summary>
    public required long DiskFreeBytes { get; init; }

    /// <summary>What is missing or too small, and what to do about it; empty where all is well.</summary>
    public required IReadOnlyList<string> Advice { get; init; }

    /// <summary>Whether training can start here at all; <see cref="Advice"/> then says nothing that stops it.</summary>
    public bool Able => Engine is not null;
}
