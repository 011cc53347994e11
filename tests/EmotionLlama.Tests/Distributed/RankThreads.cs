using System.Net;
using System.Net.Sockets;
using EmotionLlama.Distributed;

namespace EmotionLlama.Tests.Distributed;

/// <summary>A job whose ranks are threads of this process, connected over TCP as processes are.</summary>
internal static class RankThreads
{
    /// <summary>Runs a job.</summary>
    /// <param name="size">Ranks.</param>
    /// <param name="work">What each rank does.</param>
    /// <param name="limit">The time limit, in seconds.</param>
    /// <returns>What each rank gave back, or how it ended.</returns>
    public static async Task<(T? Result, Exception? Error)[]> RunAsync<T>(
        int size, Func<RankChannel, T> work, double limit = 60)
    {
        var port = FreePort();
        return await Task.WhenAll(Enumerable.Range(0, size).Select(rank => Task.Factory.StartNew(
            () =>
            {
                try
                {
                    using var channel = Join(rank, size, port, limit);
                    return (work(channel), default(Exception));
                }
                catch (Exception e)
                {
                    return (default(T), e);
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
    }

    /// <summary>The same for work that succeeds on every rank.</summary>
    public static async Task<T[]> SucceedAsync<T>(int size, Func<RankChannel, T> work)
    {
        var ends = await RunAsync(size, work);
        Assert.All(ends, end => Assert.Null(end.Error));
        return [.. ends.Select(end => end.Result!)];
    }

    /// <summary>Joins a job as one of its ranks.</summary>
    public static RankChannel Join(int rank, int size, int port, double limit = 30) => Rendezvous.Join(
        Launch(rank, size, port), TimeSpan.FromSeconds(limit), TestContext.Current.CancellationToken);

    private static LaunchEnvironment Launch(int rank, int size, int port) =>
        new(Launcher.Torchrun, rank, size, rank, size) { MasterAddress = "127.0.0.1", MasterPort = port };

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
