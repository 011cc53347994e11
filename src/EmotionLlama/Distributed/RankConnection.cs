using System.Buffers.Binary;
using System.Net.Sockets;

namespace EmotionLlama.Distributed;

/// <summary>A connection between rank 0 and another rank that carries small messages. Any thread may send; one
/// receives.</summary>
internal sealed class RankConnection : IDisposable
{
    private const int HeaderBytes = 13;
    private const int MostBytes = 1 << 28;

    private readonly Socket _socket;
    private readonly Lock _sending = new();

    /// <summary>Takes over a connected socket.</summary>
    public RankConnection(Socket socket)
    {
        socket.NoDelay = true;
        _socket = socket;
        Heard();
    }

    /// <summary>When the other side last said anything, in <see cref="Environment.TickCount64"/>.</summary>
    public long LastHeard { get; private set; }

    /// <summary>The address of the other side.</summary>
    public System.Net.IPAddress Peer => ((System.Net.IPEndPoint)_socket.RemoteEndPoint!).Address;

    /// <summary>Sends a message.</summary>
    /// <exception cref="SocketException">The other side is gone.</exception>
    /// <exception cref="ObjectDisposedException">The connection was closed here.</exception>
    public void Send(FrameKind kind, long number = 0, params ReadOnlySpan<byte> payload)
    {
        var bytes = new byte[HeaderBytes + payload.Length];
        bytes[0] = (byte)kind;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(1), number);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(9), payload.Length);
        payload.CopyTo(bytes.AsSpan(HeaderBytes));
        lock (_sending)
        {
            for (var sent = 0; sent < bytes.Length;)
                sent += _socket.Send(bytes.AsSpan(sent));
        }
    }

    /// <summary>Sends a message where the other side is still there.</summary>
    public void TrySend(FrameKind kind, long number = 0, params ReadOnlySpan<byte> payload)
    {
        try
        {
            Send(kind, number, payload);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    /// <summary>Waits for the next message.</summary>
    /// <param name="limit">The longest wait for its beginning; null waits without limit.</param>
    /// <returns>Null where the other side has closed the connection, says nothing within the limit, or speaks another
    /// language.</returns>
    public RankFrame? Receive(TimeSpan? limit = null)
    {
        try
        {
            if (limit is { } time && !_socket.Poll(time, SelectMode.SelectRead))
                return null;

            var header = new byte[HeaderBytes];
            if (!ReadAll(header))
                return null;

            var length = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(9));
            if (header[0] > (byte)FrameKind.Bye || length is < 0 or > MostBytes)
                return null;

            var payload = new byte[length];
            return ReadAll(payload)
                ? new RankFrame((FrameKind)header[0], BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(1)), payload)
                : null;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Says that nothing more will be sent; what was sent still arrives.</summary>
    public void EndSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private bool ReadAll(Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var read = _socket.Receive(bytes);
            if (read == 0)
                return false;

            Heard();
            bytes = bytes[read..];
        }

        return true;
    }

    private void Heard() => LastHeard = Environment.TickCount64;
}
