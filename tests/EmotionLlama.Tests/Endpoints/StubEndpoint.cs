using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using EmotionLlama.Tests.Scoring.Judging;

namespace EmotionLlama.Tests.Endpoints;

/// <summary>A local OpenAI-compatible server that replies as a test says.</summary>
internal sealed class StubEndpoint : IDisposable
{
    private readonly HttpListener _listener;
    private readonly Func<StubCall, StubReply> _reply;
    private readonly ConcurrentQueue<StubCall> _calls = new();
    private readonly Lock _lock = new();
    private int _underWay;

    /// <summary>Starts a server.</summary>
    /// <param name="reply">What to reply; null answers every call well, see <see cref="StubJudgement"/>.</param>
    public StubEndpoint(Func<StubCall, StubReply>? reply = null)
    {
        _reply = reply ?? StubJudgement.Of;
        (_listener, BaseUrl) = Listen();
        _ = AcceptAsync();
    }

    public string BaseUrl { get; }

    public IReadOnlyList<StubCall> Calls => [.. _calls];

    /// <summary>The most calls that were under way at once.</summary>
    public int MostAtOnce { get; private set; }

    public void Dispose() => _listener.Close();

    /// <summary>Takes a free port. Another program may take it first, as only a listener of another kind can ask for one.
    /// </summary>
    private static (HttpListener Listener, string BaseUrl) Listen()
    {
        for (var attempt = 1; ; attempt++)
        {
            var url = $"http://127.0.0.1:{FreePort()}/v1";
            var listener = new HttpListener { Prefixes = { url + "/" } };
            try
            {
                listener.Start();
                return (listener, url);
            }
            catch (HttpListenerException) when (attempt < 10)
            {
                listener.Close();
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await _listener.GetContextAsync());
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            var reply = _reply(Receive(context.Request));
            await reply.After;

            // Before the reply, as the next call may come as soon as it is out.
            lock (_lock)
                _underWay--;

            if (reply.HangsUp)
            {
                context.Response.Abort();
                return;
            }

            context.Response.StatusCode = (int)reply.Status;
            context.Response.ContentType = "application/json";
            if (reply.RetryAfter is { } wait)
                context.Response.Headers["Retry-After"] = wait;

            context.Response.Close(Encoding.UTF8.GetBytes(reply.Body), willBlock: true);
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // The caller has hung up.
        }
    }

    private StubCall Receive(HttpListenerRequest request)
    {
        using var document = JsonDocument.Parse(request.InputStream);
        lock (_lock)
        {
            MostAtOnce = Math.Max(MostAtOnce, ++_underWay);
            var call = new StubCall(_calls.Count, document.RootElement.Clone());
            _calls.Enqueue(call);
            return call;
        }
    }
}
