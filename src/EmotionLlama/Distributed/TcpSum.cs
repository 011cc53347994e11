using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace EmotionLlama.Distributed;

/// <summary>Sums over plain TCP connections to rank 0: no library is needed, and a few ranks on one machine are fast
/// enough. Rank 0 adds in the order of the ranks and sends the result back, so every rank has the same bits.</summary>
internal sealed class TcpSum : IHostSum
{
    private const int ChunkValues = 1 << 18;
    private const int SecretBytes = 16;

    private readonly Socket[] _sockets;
    private readonly bool _isHub;
    private readonly float[] _received = new float[ChunkValues];
    private readonly CancellationTokenRegistration _onFailure;

    private TcpSum(Socket[] sockets, bool isHub, RankChannel channel)
    {
        _sockets = sockets;
        _isHub = isHub;
        foreach (var socket in sockets)
            socket.NoDelay = true;

        _onFailure = channel.Failed.Register(Close);
    }

    /// <inheritdoc/>
    public string Name => "TCP";

    /// <summary>Connects all ranks; each calls it at the same place.</summary>
    /// <exception cref="RankFailureException">A rank has failed.</exception>
    public static TcpSum Connect(RankChannel channel)
    {
        var launch = channel.Launch;
        if (launch.Rank > 0)
        {
            var place = channel.AllGather([])[0];
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(channel.HubAddress.MapToIPv4(), BitConverter.ToInt32(place));
                SendAll(socket, place.AsSpan(4, SecretBytes));
                SendAll(socket, BitConverter.GetBytes(launch.Rank));
            }
            catch (SocketException) when (channel.HearsOfFailure())
            {
                socket.Dispose();
                channel.ThrowIfFailed();
            }

            return new TcpSum([socket], isHub: false, channel);
        }

        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start(launch.Size);
        var secret = RandomNumberGenerator.GetBytes(SecretBytes);
        channel.AllGather([.. BitConverter.GetBytes(((IPEndPoint)listener.LocalEndpoint).Port), .. secret]);
        var sockets = new Socket[launch.Size - 1];
        using (channel.Watch("the connections for sums"))
        {
            while (sockets.Any(socket => socket is null))
            {
                channel.ThrowIfFailed();
                if (!listener.Pending())
                {
                    Thread.Sleep(1);
                    continue;
                }

                var socket = listener.AcceptSocket();
                var greeting = new byte[SecretBytes + 4];
                if (ReceiveAll(socket, greeting) && greeting.AsSpan(0, SecretBytes).SequenceEqual(secret))
                    sockets[BitConverter.ToInt32(greeting, SecretBytes) - 1] = socket;
                else
                    socket.Dispose();
            }
        }

        return new TcpSum(sockets, isHub: true, channel);
    }

    /// <inheritdoc/>
    public void AllReduce(Span<float> values)
    {
        for (var first = 0; first < values.Length; first += ChunkValues)
        {
            var chunk = values.Slice(first, Math.Min(ChunkValues, values.Length - first));
            var bytes = MemoryMarshal.AsBytes(chunk);
            if (!_isHub)
            {
                SendAll(_sockets[0], bytes);
                Receive(_sockets[0], bytes);
                continue;
            }

            var received = _received.AsSpan(0, chunk.Length);
            foreach (var socket in _sockets)
            {
                Receive(socket, MemoryMarshal.AsBytes(received));
                Add(chunk, received);
            }

            foreach (var socket in _sockets)
                SendAll(socket, bytes);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _onFailure.Dispose();
        Close();
    }

    private void Close()
    {
        foreach (var socket in _sockets)
            socket.Dispose();
    }

    private static void Add(Span<float> sum, ReadOnlySpan<float> values)
    {
        var i = 0;
        for (; i <= sum.Length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(sum[i..]) + new Vector<float>(values[i..])).CopyTo(sum[i..]);

        for (; i < sum.Length; i++)
            sum[i] += values[i];
    }

    private static void SendAll(Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[socket.Send(bytes)..];
    }

    private static void Receive(Socket socket, Span<byte> bytes)
    {
        if (!ReceiveAll(socket, bytes))
            throw new IOException("a rank has closed its connection");
    }

    private static bool ReceiveAll(Socket socket, Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var read = socket.Receive(bytes);
            if (read == 0)
                return false;

            bytes = bytes[read..];
        }

        return true;
    }
}
