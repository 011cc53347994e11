using System.Net;

namespace EmotionLlama.Distributed;

/// <summary>The side of a <see cref="RankChannel"/> of every rank but rank 0.</summary>
internal sealed class RankMember : RankChannel
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly RankConnection _hub;
    private readonly Thread _reader;
    private volatile bool _hubHasLeft, _isAsking;

    /// <summary>Takes over the connection to rank 0.</summary>
    public RankMember(LaunchEnvironment launch, TimeSpan limit, RankConnection hub)
        : base(launch, limit)
    {
        _hub = hub;
        HubAddress = hub.Peer;
        _reader = new Thread(Listen) { IsBackground = true, Name = "ranks: rank 0" };
        _reader.Start();
        StartWatchdog();
    }

    /// <inheritdoc/>
    internal override IPAddress HubAddress { get; }

    private protected override void Contribute(long number, byte[] part)
    {
        _isAsking = true;
        _hub.TrySend(FrameKind.Part, number, part);
        FailIfNobodyAnswers();
    }

    private protected override void BeatAndCheck(long now)
    {
        _hub.TrySend(FrameKind.Beat);
        if (!_hubHasLeft && now - _hub.LastHeard > (long)Limit.TotalMilliseconds)
            Fail($"rank 0 has been silent for {Seconds}");
    }

    private protected override void TellFailure(int rank, string message, int exitCode)
    {
        _hub.TrySend(FrameKind.Failed, 0, FailureBytes(rank, message, exitCode));
        _hub.EndSending();
    }

    private protected override void Close()
    {
        if (Failure is null)
            _hub.TrySend(FrameKind.Bye);

        _hub.EndSending();
        _reader.Join(Farewell);
        _hub.Dispose();
    }

    private void Listen()
    {
        while (_hub.Receive() is { } frame)
        {
            switch (frame.Kind)
            {
                case FrameKind.Whole:
                    _isAsking = false;
                    Deliver(RankFrame.Split(frame.Payload));
                    break;
                case FrameKind.Failed:
                    var (rank, message, exitCode) = ReadFailure(frame.Payload);
                    TryFail(new RankFailureException(rank < 0 ? message : $"rank {rank}: {message}", exitCode));
                    _hub.EndSending();
                    return;
                case FrameKind.Bye:
                    _hubHasLeft = true;
                    FailIfNobodyAnswers();
                    return;
            }
        }

        TryFail(new RankFailureException("rank 0 has ended without a word, so the job ends"));
    }

    private void FailIfNobodyAnswers()
    {
        if (_hubHasLeft && _isAsking)
            TryFail(new RankFailureException($"rank 0 has ended before rank {Launch.Rank} was done"));
    }
}
