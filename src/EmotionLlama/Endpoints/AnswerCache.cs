using System.Security.Cryptography;
using System.Text.Json;
using EmotionLlama.Runtime;

namespace EmotionLlama.Endpoints;

/// <summary>Answers that were paid for, a file each, so that a kill at any moment loses none and several runs can share
/// the folder. A file's name is the SHA-256 of the model, the prompt and the options that shape the answer.</summary>
internal sealed class AnswerCache
{
    private readonly string _folder;

    /// <summary>Opens a cache.</summary>
    /// <param name="folder">Its folder, made where it is missing.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public AnswerCache(string folder) => _folder = OutputFolder.Open(folder);

    /// <summary>The key of a call.</summary>
    /// <param name="parts">All that its answer depends on.</param>
    public static string Key(params string[] parts) => Convert.ToHexStringLower(
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(parts, EndpointJson.Files.StringArray)));

    /// <summary>The answer under a key; null where there is none, or only a damaged file, which the next answer
    /// replaces.</summary>
    public CachedAnswer? Find(string key)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(PathOf(key)), EndpointJson.Files.CachedAnswer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Keeps an answer; when this returns, it is on the disk.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void Keep(string key, CachedAnswer answer)
    {
        try
        {
            AtomicFile.Write(
                PathOf(key), stream => JsonSerializer.Serialize(stream, answer, EndpointJson.Files.CachedAnswer));
        }
        catch (InputException) when (Find(key) is not null)
        {
            // Another run kept its answer to the same question at the same moment.
        }
    }

    private string PathOf(string key) => Path.Combine(_folder, key[..2], key + ".json");
}
