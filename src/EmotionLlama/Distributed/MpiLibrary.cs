using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace EmotionLlama.Distributed;

/// <summary>The few functions of Open MPI 4 or 5 that ranks need, found in the system's library at run time. Calls must
/// not overlap.</summary>
internal sealed unsafe partial class MpiLibrary
{
    private const int Serialized = 2;
    private const int ErrorText = 256;

    private static readonly string[] Names = ["libmpi.so.40", "libmpi.so"];
    private static readonly Lock Gate = new();
    private static MpiLibrary? _started;

    private readonly nint _library;
    private readonly nint _world;
    private readonly nint _float;
    private readonly nint _byte;
    private readonly nint _sum;
    private readonly delegate* unmanaged<void*, void*, int, nint, nint, nint, int> _allReduce;
    private readonly delegate* unmanaged<void*, int, nint, int, nint, int> _broadcast;

    private MpiLibrary(nint library, string location)
    {
        _library = library;
        Location = location;
        if (!NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out _world))
            throw new InputException($"{location} is not Open MPI's; ranks on CPUs need Open MPI 4 or 5, or --nproc");

        _float = Export("ompi_mpi_float");
        _byte = Export("ompi_mpi_byte");
        _sum = Export("ompi_mpi_op_sum");
        _allReduce = (delegate* unmanaged<void*, void*, int, nint, nint, nint, int>)Export("MPI_Allreduce");
        _broadcast = (delegate* unmanaged<void*, int, nint, int, nint, int>)Export("MPI_Bcast");
    }

    /// <summary>What was loaded.</summary>
    public string Location { get; }

    /// <summary>The ranks that MPI sees.</summary>
    public int Size { get; private set; }

    private int Rank { get; set; }

    /// <summary>Starts MPI; later calls return the same.</summary>
    /// <exception cref="InputException">There is no Open MPI, or it cannot be used from threads.</exception>
    public static MpiLibrary Start()
    {
        lock (Gate)
            return _started ??= StartOnce();
    }

    /// <summary>Puts the sum over all ranks in place of the values.</summary>
    /// <param name="values">The first value.</param>
    /// <param name="count">How many there are.</param>
    public void AllReduceSum(float* values, long count)
    {
        const int mostAtOnce = 1 << 28;
        for (var first = 0L; first < count; first += mostAtOnce)
        {
            var part = (int)Math.Min(mostAtOnce, count - first);
            Check(_allReduce((void*)1, values + first, part, _float, _sum, _world), "MPI_Allreduce");
        }
    }

    /// <summary>What rank 0 gives.</summary>
    /// <param name="bytes">A few; only rank 0's count.</param>
    public byte[] Broadcast(byte[] bytes)
    {
        var buffer = new byte[4096];
        if (Rank == 0)
        {
            BinaryPrimitives.WriteInt32LittleEndian(buffer, bytes.Length);
            bytes.CopyTo(buffer, 4);
        }

        fixed (byte* data = buffer)
            Check(_broadcast(data, buffer.Length, _byte, 0, _world), "MPI_Bcast");

        return buffer.AsSpan(4, BinaryPrimitives.ReadInt32LittleEndian(buffer)).ToArray();
    }

    /// <summary>Ends MPI, after which it cannot be started again. All ranks do so together.</summary>
    public static void Finish()
    {
        lock (Gate)
        {
            if (_started is not null)
                ((delegate* unmanaged<int>)_started.Export("MPI_Finalize"))();

            _started = null;
        }
    }

    private static MpiLibrary StartOnce()
    {
        var (handle, name) = Names.Select(name => (Open(name), name)).FirstOrDefault(found => found.Item1 != 0);
        if (handle == 0)
        {
            throw new InputException($"the ranks were started by MPI, but {Names[0]} was not found; install Open MPI "
                + "(Debian: openmpi-bin), or start them with --nproc or torchrun");
        }

        var mpi = new MpiLibrary(handle, name);
        int given;
        Check(
            mpi,
            ((delegate* unmanaged<int*, byte***, int, int*, int>)mpi.Export("MPI_Init_thread"))(
                null, null, Serialized, &given),
            "MPI_Init_thread");
        if (given < Serialized)
            throw new InputException($"{name} was built without support for threads; use another Open MPI, or --nproc");

        ((delegate* unmanaged<nint, nint, int>)mpi.Export("MPI_Comm_set_errhandler"))(
            mpi._world, mpi.Export("ompi_mpi_errors_return"));
        int rank, size;
        var askRank = (delegate* unmanaged<nint, int*, int>)mpi.Export("MPI_Comm_rank");
        var askSize = (delegate* unmanaged<nint, int*, int>)mpi.Export("MPI_Comm_size");
        Check(mpi, askRank(mpi._world, &rank), "MPI_Comm_rank");
        Check(mpi, askSize(mpi._world, &size), "MPI_Comm_size");
        (mpi.Rank, mpi.Size) = (rank, size);
        return mpi;
    }

    /// <summary>Its plug-ins look for its symbols, so they have to be seen by all.</summary>
    private static nint Open(string name)
    {
        const int now = 2;
        const int global = 0x100;
        return DlOpen(name, now | global);
    }

    [LibraryImport("libc", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint DlOpen(string name, int flags);

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);

    private void Check(int code, string call) => Check(this, code, call);

    private static void Check(MpiLibrary mpi, int code, string call)
    {
        if (code == 0)
            return;

        var text = stackalloc byte[ErrorText];
        int length;
        ((delegate* unmanaged<int, byte*, int*, int>)mpi.Export("MPI_Error_string"))(code, text, &length);
        throw new IOException($"{call}: {Encoding.UTF8.GetString(text, length)}");
    }
}
