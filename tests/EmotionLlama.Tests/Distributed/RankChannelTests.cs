using System.Net;
using System.Net.Sockets;
using System.Text;
using EmotionLlama.Distributed;

namespace EmotionLlama.Tests.Distributed;

/// <summary>Ranks find one another, collect bytes, and all hear of it when one fails.</summary>
public sealed class RankChannelTests
{
    private const double Short = 1.5;
    private const double Long = 5;

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Every_rank_gets_what_each_gave_in_the_order_of_the_ranks(int size)
    {
        var results = await RankThreads.SucceedAsync(size, channel => Enumerable.Range(0, 20).Select(round =>
            string.Join(' ', channel.AllGather(Encoding.UTF8.GetBytes($"{round}.{channel.Launch.Rank}"))
                .Select(Encoding.UTF8.GetString))).ToList());

        Assert.All(results, rounds => Assert.Equal(
            Enumerable.Range(0, 20).Select(
                round => string.Join(' ', Enumerable.Range(0, size).Select(rank => $"{round}.{rank}"))),
            rounds));
    }

    [Fact]
    public async Task What_one_rank_finds_wrong_every_rank_says()
    {
        var ends = await RankThreads.RunAsync(3, channel =>
        {
            if (channel.Launch.Rank == 1)
                channel.Fail("clip 'a' cannot be read", exitCode: 2);

            return channel.AllGather([]);
        });

        Assert.Equal(
            ["rank 1: clip 'a' cannot be read", "clip 'a' cannot be read", "rank 1: clip 'a' cannot be read"],
            ends.Select(end => Assert.IsType<RankFailureException>(end.Error).Message));
        Assert.All(ends, end => Assert.Equal(2, ((RankFailureException)end.Error!).ExitCode));
    }

    [Fact]
    public async Task The_failure_of_rank_0_reaches_the_others()
    {
        var ends = await RankThreads.RunAsync(3, channel =>
        {
            if (channel.Launch.Rank == 0)
                channel.Fail("the disk is full");

            return channel.AllGather([]);
        });

        Assert.All(ends.Skip(1), end => Assert.Equal("rank 0: the disk is full", end.Error!.Message));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_rank_that_fails_tells_the_others_before_its_own_work_ends(int failing)
    {
        var ends = await RankThreads.RunAsync(2, channel =>
        {
            if (channel.Launch.Rank == failing)
            {
                channel.Failed.Register(channel.Dispose);
                channel.Fail("the disk is full");
            }

            return channel.AllGather([]);
        });

        Assert.Equal($"rank {failing}: the disk is full", ends[1 - failing].Error!.Message);
    }

    [Fact]
    public async Task A_rank_that_does_not_come_is_named_after_the_time_limit()
    {
        var ends = await RankThreads.RunAsync(
            3,
            channel =>
            {
                if (channel.Launch.Rank == 2)
                    channel.Failed.WaitHandle.WaitOne(TimeSpan.FromSeconds(60));

                return channel.AllGather([]);
            },
            Long);

        Assert.All(ends, end => Assert.Matches(
            @"^rank 2 \(process \d+ on .+\) hangs: the others have waited 5 s for it", end.Error!.Message));
    }

    [Fact]
    public async Task A_rank_that_waits_too_long_for_its_device_ends_the_job()
    {
        var ends = await RankThreads.RunAsync(
            2,
            channel =>
            {
                using (channel.Watch("step 7"))
                    channel.Failed.WaitHandle.WaitOne(TimeSpan.FromSeconds(60));

                channel.ThrowIfFailed();
                return 0;
            },
            Long);

        Assert.All(ends, end => Assert.Contains("has waited 5 s for step 7", end.Error!.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rank_that_ends_when_it_is_done_disturbs_nobody()
    {
        var results = await RankThreads.SucceedAsync(3, channel =>
        {
            channel.AllGather([]);
            if (channel.Launch.Rank == 0)
                Thread.Sleep(100);

            return channel.Failure;
        });

        Assert.All(results, Assert.Null);
    }

    [Fact]
    public async Task A_rank_that_asks_after_rank_0_was_done_fails()
    {
        var ends = await RankThreads.RunAsync(2, channel => channel.Launch.Rank == 0 ? [] : channel.AllGather([]));

        Assert.Equal("rank 0 has ended before rank 1 was done", ends[1].Error!.Message);
    }

    [Fact]
    public void Ranks_that_were_not_started_are_named()
    {
        var port = RankThreads.FreePort();

        var error = Assert.Throws<RankFailureException>(() => RankThreads.Join(0, 4, port, Short));

        Assert.Contains("3 of 4 ranks that have not come: 1, 2, 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rank_0_that_cannot_be_reached_is_named_with_its_place()
    {
        // A port that nobody else gets, and at which nobody listens.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;

        var error = Assert.Throws<RankFailureException>(() => RankThreads.Join(1, 2, port, Short));

        Assert.Contains($"rank 1 cannot reach rank 0 at 127.0.0.1:{port} within 1.5 s", error.Message, StringComparison.Ordinal);
        Assert.Contains("check MASTER_ADDR and MASTER_PORT", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_that_another_program_uses_is_named_on_every_rank()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var first = Assert.Throws<InputException>(() => RankThreads.Join(0, 2, port, Short));
        var second = Assert.Throws<RankFailureException>(() => RankThreads.Join(1, 2, port, Short));

        Assert.Contains($"port {port} (MASTER_PORT): another program", first.Message, StringComparison.Ordinal);
        Assert.Contains("another program uses the port", second.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Jobs_of_different_sizes_do_not_join()
    {
        var port = RankThreads.FreePort();
        var hub = Task.Run(() => Join(0, 3), TestContext.Current.CancellationToken);
        var member = Task.Run(() => Join(1, 2), TestContext.Current.CancellationToken);

        Assert.Contains("expects 2 ranks, rank 0 expects 3", await hub, StringComparison.Ordinal);
        Assert.Equal(await hub, await member);

        string Join(int rank, int size) => Assert.Throws<RankFailureException>(() => RankThreads.Join(rank, size, port)).Message;
    }

    [Fact]
    public async Task Two_processes_that_say_they_are_one_rank_are_named()
    {
        var port = RankThreads.FreePort();
        var ends = await Task.WhenAll(new[] { 0, 1, 1 }.Select(rank => Task.Run(
            () => Assert.Throws<RankFailureException>(() => RankThreads.Join(rank, 3, port)).Message,
            TestContext.Current.CancellationToken)));

        Assert.All(ends, end => Assert.Contains("two processes say that they are rank 1", end, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stranger_at_the_port_is_sent_away()
    {
        var port = RankThreads.FreePort();
        var hub = Task.Run(
            () =>
            {
                using var channel = RankThreads.Join(0, 2, port);
                return channel.AllGather([1]).Count;
            },
            TestContext.Current.CancellationToken);
        using (var stranger = new TcpClient())
        {
            while (!stranger.Connected)
            {
                try
                {
                    await stranger.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
                }
                catch (SocketException)
                {
                }
            }

            await stranger.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        }

        using (var member = RankThreads.Join(1, 2, port))
            member.AllGather([2]);

        Assert.Equal(2, await hub);
    }
}
