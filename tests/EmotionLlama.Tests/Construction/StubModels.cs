using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using EmotionLlama.Tests.Endpoints;

namespace EmotionLlama.Tests.Construction;

/// <summary>Models at a stub endpoint: <c>eye</c> tells pictures apart, <c>ear</c> sounds, and <c>mind</c> concludes
/// the emotion of the face's movements. What a transcript says may make <c>mind</c> misbehave.</summary>
internal sealed partial class StubModels : IDisposable
{
    private readonly StubEndpoint _endpoint;

    /// <param name="before">Replies instead, where it gives a reply.</param>
    public StubModels(Func<StubCall, StubReply?>? before = null) =>
        _endpoint = new StubEndpoint(call => before?.Invoke(call) ?? Reply(call));

    public string BaseUrl => _endpoint.BaseUrl;

    public IReadOnlyList<StubCall> Calls => _endpoint.Calls;

    public int MostAtOnce => _endpoint.MostAtOnce;

    public int CallsOf(string model) => Calls.Count(call => call.Model == model);

    public void Dispose() => _endpoint.Dispose();

    /// <summary>The good reply to a call.</summary>
    public static StubReply Reply(StubCall call) => StubReply.Says(call.Model switch
    {
        "eye" => $"A person sits in room {Tell(call.Picture!)} and looks at the camera.",
        "ear" => $"The voice is even, as in take {Tell(call.Sound!)}.",
        _ => Conclude(call.Prompt),
    });

    private static string Conclude(string prompt)
    {
        var (face, sentence) = (Between(prompt, "face_movements"), Between(prompt, "transcript"));
        if (sentence.Contains("REFUSE", StringComparison.Ordinal))
            return "I'm sorry, but I can't help with that.";

        var emotion = sentence.Contains("CONTRADICT", StringComparison.Ordinal) ? "contempt"
            : face.Contains("smile", StringComparison.Ordinal) ? "happy"
            : face.Contains("mouth corners", StringComparison.Ordinal) ? "sad"
            : face.Contains("lips are tightened", StringComparison.Ordinal) ? "angry"
            : face.Contains("eyes are wide", StringComparison.Ordinal) ? "surprise"
            : "neutral";
        var said = sentence.Contains("REPEAT", StringComparison.Ordinal)
            ? "the same thing over and over again"
            : sentence;
        return JsonSerializer.Serialize(new
        {
            consistent = !sentence.Contains("CLASH", StringComparison.Ordinal),
            description = sentence.Contains("SHORT", StringComparison.Ordinal)
                ? "A face."
                : $"In the clip {face}, while the room is quiet and the words are: {said}.",
            reasoning = $"Someone says {said}. As {face}, the person feels {emotion}.",
            emotion,
        });
    }

    private static string Between(string prompt, string tag) =>
        Regex.Match(prompt, $"<{tag}>\n(.*?)\n</{tag}>", RegexOptions.Singleline).Groups[1].Value;

    // Digits only, so that no word of it can mean anything.
    private static string Tell(byte[] bytes) => NoDigit().Replace(Convert.ToHexString(SHA256.HashData(bytes)), "");

    [GeneratedRegex("[^0-9]")]
    private static partial Regex NoDigit();
}
