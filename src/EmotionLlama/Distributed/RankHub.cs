using System.Net;

namespace EmotionLlama.Distributed;

/// <summary>Rank 0's side of a <see cref="RankChannel"/>: every other rank is connected to it.</summary>
internal sealed class RankHub : RankChannel
{
    // What a rank that has failed waits for, so that the others hear of it before its connections close.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly Member[] _members;
    private readonly Lock _lock = new();
    private readonly Dictionary<long, Collection> _open = [];

    /// <summary>Takes over the connections of all other ranks, in their order.</summary>
    public RankHub(
        LaunchEnvironment launch, TimeSpan limit, IReadOnlyList<(RankHello Hello, RankConnection Connection)> members)
        : base(launch, limit)
    {
        _members = [.. members.Select(member => new Member(member.Hello, member.Connection))];
        foreach (var member in _members)
        {
            member.Reader = new Thread(() => Listen(member), maxStackSize: 256 * 1024)
            {
                IsBackground = true,
                Name = $"ranks: rank {member.Hello.Rank}",
            };
            member.Reader.Start();
        }

        StartWatchdog();
    }

    /// <inheritdoc/>
    internal override IPAddress HubAddress => IPAddress.Loopback;

    private protected override void Contribute(long number, byte[] part) => Add(0, number, part);

    private protected override void BeatAndCheck(long now)
    {
        var limit = (long)Limit.TotalMilliseconds;
        foreach (var member in _members.Where(member => !member.HasLeft))
        {
            member.Connection.TrySend(FrameKind.Beat);
            if (now - member.Connection.LastHeard > limit)
                FailAll($"{member.Hello.Title} has been silent for {Seconds}");
        }

        Collection? late;
        lock (_lock)
            late = _open.Values.FirstOrDefault(collection => now - collection.Since > limit);

        if (late is not null)
        {
            var missing = Enumerable.Range(0, Launch.Size).Where(rank => late.Parts[rank] is null).Select(TitleOf);
            FailAll($"{string.Join(", ", missing)} hangs: the others have waited {Seconds} for it; "
                + "raise --rank-timeout if that can be");
        }
    }

    private protected override void TellFailure(int rank, string message, int exitCode)
    {
        foreach (var member in _members)
        {
            member.Connection.TrySend(FrameKind.Failed, 0, FailureBytes(rank, message, exitCode));
            member.Connection.EndSending();
        }
    }

    private protected override void Close()
    {
        // The others may still have work to do, and a connection that closes would stop them.
        foreach (var member in _members)
        {
            member.Connection.TrySend(FrameKind.Bye);
            member.Reader!.Join(Failure is null ? Limit : Farewell);
            member.Connection.Dispose();
        }
    }

    private void Listen(Member member)
    {
        while (member.Connection.Receive() is { } frame)
        {
            switch (frame.Kind)
            {
                case FrameKind.Part:
                    Add(member.Hello.Rank, frame.Number, frame.Payload);
                    break;
                case FrameKind.Failed:
                    var (rank, message, exitCode) = ReadFailure(frame.Payload);
                    FailAll($"rank {rank}: {message}", exitCode, rank, message);
                    break;
                case FrameKind.Bye:
                    member.HasLeft = true;
                    return;
            }
        }

        FailAll($"{member.Hello.Title} has ended without a word, so the job ends");
    }

    private void FailAll(
        string text, int exitCode = RankFailureException.Failed, int origin = -1, string? message = null) => TryFail(
        new RankFailureException(text, exitCode), () => TellFailure(origin, message ?? text, exitCode));

    private void Add(int rank, long number, byte[] part)
    {
        Collection collection;
        lock (_lock)
        {
            if (!_open.TryGetValue(number, out collection!))
                _open.Add(number, collection = new Collection(new byte[Launch.Size][], Environment.TickCount64));

            collection.Parts[rank] = part;
            if (collection.Parts.Any(known => known is null))
                return;

            _open.Remove(number);
        }

        var whole = RankFrame.Join(collection.Parts!);
        foreach (var member in _members)
            member.Connection.TrySend(FrameKind.Whole, number, whole);

        Deliver(collection.Parts!);
    }

    private string TitleOf(int rank) => rank == 0 ? "rank 0" : _members[rank - 1].Hello.Title;

    private sealed record Collection(byte[]?[] Parts, long Since);

    private sealed class Member(RankHello hello, RankConnection connection)
    {
        public RankHello Hello => hello;

        public RankConnection Connection => connection;

        public Thread? Reader { get; set; }

        public volatile bool HasLeft;
    }
}
