using System.Runtime.InteropServices;

namespace EmotionLlama.Distributed;

/// <summary>The few functions of NVIDIA's NCCL that ranks on GPUs need, from the library of an installed PyTorch or of
/// the system.</summary>
internal sealed unsafe class NcclLibrary
{
    /// <summary>The environment variable that names the library or its folder.</summary>
    public const string Variable = "EMOTION_LLAMA_NCCL";

    /// <summary>Bytes of the name of a communicator.</summary>
    public const int IdBytes = 128;

    private const string Soname = "libnccl.so.2";
    private const int Float32 = 7;
    private const int Sum = 0;

    private readonly nint _library;
    private readonly delegate* unmanaged<void*, void*, nuint, int, int, nint, nint, int> _allReduce;

    private NcclLibrary(nint library, string location)
    {
        _library = library;
        Location = location;
        _allReduce = (delegate* unmanaged<void*, void*, nuint, int, int, nint, nint, int>)Export("ncclAllReduce");
        int version;
        Check(((delegate* unmanaged<int*, int>)Export("ncclGetVersion"))(&version), "ncclGetVersion");
        Version = $"{version / 10_000}.{version / 100 % 100}.{version % 100}";
    }

    /// <summary>What was loaded.</summary>
    public string Location { get; }

    /// <summary>Its version, such as <c>2.27.3</c>.</summary>
    public string Version { get; }

    /// <summary>Loads the library.</summary>
    /// <param name="libtorch">The folder of libtorch's libraries.</param>
    /// <param name="given">The library, or its folder, that a person names; null looks for it.</param>
    /// <exception cref="InputException">It is nowhere.</exception>
    public static NcclLibrary Load(string libtorch, string? given)
    {
        string[] places = string.IsNullOrEmpty(given)
            ? [.. Places(libtorch)]
            : [Directory.Exists(given) ? Path.Combine(given, Soname) : given];
        foreach (var place in places)
        {
            if (NativeLibrary.TryLoad(place, out var library))
                return new NcclLibrary(library, place);
        }

        throw new InputException($"{Soname} was not found, and ranks on GPUs need it; install NCCL (pip: nvidia-nccl), or "
            + $"name it with {Variable}; looked for {string.Join(", ", places)}");
    }

    /// <summary>A name for a new communicator, which rank 0 hands to the others.</summary>
    public byte[] NewId()
    {
        var id = new UniqueId();
        Check(((delegate* unmanaged<UniqueId*, int>)Export("ncclGetUniqueId"))(&id), "ncclGetUniqueId");
        return new Span<byte>(id.Bytes, IdBytes).ToArray();
    }

    /// <summary>Connects this rank's current GPU with the others'.</summary>
    /// <param name="id">The name that rank 0 made.</param>
    /// <param name="rank">This rank.</param>
    /// <param name="size">All ranks.</param>
    public nint Connect(ReadOnlySpan<byte> id, int rank, int size)
    {
        var name = new UniqueId();
        id.CopyTo(new Span<byte>(name.Bytes, IdBytes));
        nint communicator;
        Check(
            ((delegate* unmanaged<nint*, int, UniqueId, int, int>)Export("ncclCommInitRank"))(
                &communicator, size, name, rank),
            "ncclCommInitRank");
        return communicator;
    }

    /// <summary>Queues a sum of float32 values in place.</summary>
    public void AllReduceSum(nint communicator, nint values, long count, nint stream) => Check(
        _allReduce((void*)values, (void*)values, (nuint)count, Float32, Sum, communicator, stream), "ncclAllReduce");

    /// <summary>Lets go of a communicator.</summary>
    public void Disconnect(nint communicator) =>
        Check(((delegate* unmanaged<nint, int>)Export("ncclCommDestroy"))(communicator), "ncclCommDestroy");

    /// <summary>Where PyTorch's packages keep it, beside libtorch, and wherever the system finds it.</summary>
    private static IEnumerable<string> Places(string libtorch) =>
    [
        Path.GetFullPath(Path.Combine(libtorch, "..", "..", "nvidia", "nccl", "lib", Soname)),
        Path.Combine(libtorch, Soname),
        Soname,
    ];

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);

    private void Check(int code, string call)
    {
        if (code == 0)
            return;

        var text = ((delegate* unmanaged<int, byte*>)Export("ncclGetErrorString"))(code);
        throw new IOException($"{call}: {Marshal.PtrToStringUTF8((nint)text)}; NCCL_DEBUG=WARN says more");
    }

    private struct UniqueId
    {
        public fixed byte Bytes[IdBytes];
    }
}
