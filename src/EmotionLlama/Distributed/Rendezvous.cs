using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EmotionLlama.Distributed;

/// <summary>How the ranks of a job find one another: rank 0 listens, the others connect.</summary>
public static class Rendezvous
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan GreetingLimit = TimeSpan.FromSeconds(5);

    /// <summary>Waits until all ranks are connected.</summary>
    /// <param name="launch">This process's place.</param>
    /// <param name="limit">The longest wait, here and later.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="InputException">The port cannot be listened on.</exception>
    /// <exception cref="RankFailureException">Not all ranks came in time, or they contradict one another.</exception>
    public static RankChannel Join(LaunchEnvironment launch, TimeSpan limit, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(launch);
        var clock = Stopwatch.StartNew();
        if (launch.MasterAddress is null)
            return JoinByMpi(launch, limit, clock, cancellation);

        if (launch.Rank > 0)
            return Connect(launch, [launch.MasterAddress], launch.MasterPort, limit, clock, cancellation);

        using var listener = Listen(launch, IsLoopback(launch.MasterAddress));
        return Accept(launch, listener, limit, clock, cancellation);
    }

    /// <summary>Under <c>mpirun</c>, rank 0 listens where it can and MPI tells the others.</summary>
    private static RankChannel JoinByMpi(
        LaunchEnvironment launch, TimeSpan limit, Stopwatch clock, CancellationToken cancellation)
    {
        var mpi = MpiLibrary.Start();
        if (mpi.Size != launch.Size)
            throw new InputException($"mpirun has started {launch.Size} ranks, but {mpi.Location} sees {mpi.Size}; it is "
                + "another MPI than mpirun's");

        var isLocal = launch.LocalSize == launch.Size;
        if (launch.Rank > 0)
        {
            var parts = Encoding.UTF8.GetString(mpi.Broadcast([])).Split(' ');
            return Connect(launch, parts[1..], int.Parse(parts[0]), limit, clock, cancellation);
        }

        using var listener = Listen(launch, isLocal);
        string[] addresses = isLocal ? ["127.0.0.1"] : [Dns.GetHostName(), .. OwnAddresses()];
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        mpi.Broadcast(Encoding.UTF8.GetBytes($"{port} {string.Join(' ', addresses)}"));
        return Accept(launch, listener, limit, clock, cancellation);
    }

    private static TcpListener Listen(LaunchEnvironment launch, bool isLocal)
    {
        var listener = new TcpListener(isLocal ? IPAddress.Loopback : IPAddress.Any, launch.MasterPort);
        try
        {
            listener.Start(backlog: launch.Size);
            return listener;
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new InputException(
                $"rank 0 cannot listen on port {launch.MasterPort} ({launch.PortSource}): "
                + (e.SocketErrorCode == SocketError.AddressAlreadyInUse
                    ? "another program, perhaps another job, uses it"
                    : e.Message)
                + $"; choose another, or set {LaunchEnvironment.PortVariable} for all ranks",
                e);
        }
    }

    private static RankHub Accept(
        LaunchEnvironment launch, TcpListener listener, TimeSpan limit, Stopwatch clock, CancellationToken cancellation)
    {
        var joined = new (RankHello Hello, RankConnection Connection)?[launch.Size];
        try
        {
            while (joined.Skip(1).Any(member => member is null))
            {
                cancellation.ThrowIfCancellationRequested();
                if (clock.Elapsed > limit)
                {
                    var missing = Enumerable.Range(1, launch.Size - 1).Where(rank => joined[rank] is null).ToList();
                    throw new RankFailureException($"rank 0 has waited {limit.TotalSeconds:0.#} s for "
                        + $"{missing.Count} of {launch.Size} ranks that have not come: {string.Join(", ", missing.Take(8))}"
                        + $"{(missing.Count > 8 ? ", …" : "")}; were all started?");
                }

                if (!listener.Pending())
                {
                    Thread.Sleep(Pause);
                    continue;
                }

                var connection = new RankConnection(listener.AcceptSocket());
                if (Greet(connection) is not { } hello)
                {
                    connection.Dispose();
                    continue;
                }

                if (hello.Size != launch.Size || hello.Rank < 1 || hello.Rank >= launch.Size)
                {
                    joined[0] = (hello, connection);
                    throw new RankFailureException(
                        $"{hello.Title} expects {hello.Size} ranks, rank 0 expects {launch.Size}");
                }

                if (joined[hello.Rank] is { } twin)
                {
                    joined[0] = (hello, connection);
                    throw new RankFailureException($"two processes say that they are rank {hello.Rank}: process "
                        + $"{twin.Hello.ProcessId} on {twin.Hello.Host} and {hello.ProcessId} on {hello.Host}");
                }

                joined[hello.Rank] = (hello, connection);
            }
        }
        catch (Exception e)
        {
            var failure = e as RankFailureException;
            foreach (var member in joined.OfType<(RankHello Hello, RankConnection Connection)>())
            {
                member.Connection.TrySend(
                    FrameKind.Failed, 0, Encoding.UTF8.GetBytes(failure?.Message ?? "rank 0 was stopped"));
                member.Connection.EndSending();
                member.Connection.Receive(GreetingLimit);
                member.Connection.Dispose();
            }

            throw;
        }

        foreach (var member in joined.Skip(1))
            member!.Value.Connection.TrySend(FrameKind.Welcome);

        return new RankHub(launch, limit, [.. joined.Skip(1).Select(member => member!.Value)]);
    }

    private static RankHello? Greet(RankConnection connection) =>
        connection.Receive(GreetingLimit) is { Kind: FrameKind.Hello } frame ? RankHello.Read(frame.Payload) : null;

    private static RankMember Connect(
        LaunchEnvironment launch,
        string[] addresses,
        int port,
        TimeSpan limit,
        Stopwatch clock,
        CancellationToken cancellation)
    {
        var place = $"{addresses[0]}:{port}";
        RankConnection? connection = null;
        for (string problem = ""; connection is null; cancellation.WaitHandle.WaitOne(connection is null ? Pause : default))
        {
            cancellation.ThrowIfCancellationRequested();
            if (clock.Elapsed > limit)
            {
                throw new RankFailureException($"rank {launch.Rank} cannot reach rank 0 at {place} within "
                    + $"{limit.TotalSeconds:0.#} s: {problem}; check MASTER_ADDR and {launch.PortSource}");
            }

            foreach (var address in addresses)
                connection ??= TryConnect(address, port, ref problem);
        }

        connection.TrySend(FrameKind.Hello, 0, RankHello.Of(launch).ToBytes());
        var left = limit - clock.Elapsed;
        switch (connection.Receive(left > TimeSpan.Zero ? left : TimeSpan.Zero))
        {
            case { Kind: FrameKind.Welcome }:
                return new RankMember(launch, limit, connection);
            case { Kind: FrameKind.Failed, Payload: var reason }:
                connection.Dispose();
                throw new RankFailureException(Encoding.UTF8.GetString(reason));
            default:
                connection.Dispose();
                throw new RankFailureException($"what listens at {place} does not answer rank {launch.Rank} as rank 0 of "
                    + "this job: rank 0 has ended, not all ranks were started, or another program uses the port");
        }
    }

    private static RankConnection? TryConnect(string address, int port, ref string problem)
    {
        foreach (var found in Resolve(address, ref problem))
        {
            var socket = new Socket(found.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(found, port);
                return new RankConnection(socket);
            }
            catch (SocketException e)
            {
                problem = e.Message;
                socket.Dispose();
            }
        }

        return null;
    }

    private static IPAddress[] Resolve(string address, ref string problem)
    {
        try
        {
            // Rank 0 listens on IPv4.
            return Dns.GetHostAddresses(address, AddressFamily.InterNetwork);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            problem = $"there is no machine '{address.Printable()}'";
            return [];
        }
    }

    private static bool IsLoopback(string address) =>
        address == "localhost" || (IPAddress.TryParse(address, out var known) && IPAddress.IsLoopback(known));

    private static IEnumerable<string> OwnAddresses() =>
        from network in System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces()
        where network.OperationalStatus == System.Net.NetworkInformation.OperationalStatus.Up
        from address in network.GetIPProperties().UnicastAddresses
        where address.Address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address.Address)
        select address.Address.ToString();
}
