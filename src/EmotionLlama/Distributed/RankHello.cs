namespace EmotionLlama.Distributed;

/// <summary>How a rank introduces itself.</summary>
/// <param name="Rank">Its number.</param>
/// <param name="Size">The ranks that it expects.</param>
/// <param name="Host">Its machine.</param>
/// <param name="ProcessId">Its process there.</param>
internal sealed record RankHello(int Rank, int Size, string Host, int ProcessId)
{
    // "EMLR", and the version of the protocol.
    private const long Magic = 0x524C4D45_00000001;

    /// <summary>What it is called in messages.</summary>
    public string Title => $"rank {Rank} (process {ProcessId} on {Host})";

    /// <summary>This process.</summary>
    public static RankHello Of(LaunchEnvironment launch) =>
        new(launch.Rank, launch.Size, Environment.MachineName, Environment.ProcessId);

    /// <summary>The greeting as bytes.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Magic);
        writer.Write(Rank);
        writer.Write(Size);
        writer.Write(Host);
        writer.Write(ProcessId);
        return stream.ToArray();
    }

    /// <summary>Reads a greeting.</summary>
    /// <returns>Null where the bytes are none of this version.</returns>
    public static RankHello? Read(byte[] bytes)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes));
            return reader.ReadInt64() == Magic
                ? new RankHello(reader.ReadInt32(), reader.ReadInt32(), reader.ReadString(), reader.ReadInt32())
                : null;
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException)
        {
            return null;
        }
    }
}
