using System.Diagnostics;
using EmotionLlama.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints;

/// <summary>Whatever happened to a file: it is read, or refused in one line, soon.</summary>
public sealed class DamagedFileTests : IDisposable
{
    private const int Mutations = 250;

    private static readonly LegacyFile Legacy = new()
    {
        Root = new OrderedDictionary<string, object>
        {
            ["a"] = new LegacyTensor("111", 6, [2, 3], [3, 1]),
            ["b"] = new LegacyTensor("111", 6, [3, 2], [1, 3]),
            ["c"] = new LegacyTensor("222", 1, [], []),
            ["d"] = new Dictionary<string, object> { ["x"] = (1, 2.5, "text") },
        },
        Storages = new OrderedDictionary<string, float[]> { ["222"] = [3.5f], ["111"] = [0, 1, 2, 3, 4, 5] },
    };

    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("safetensors")]
    [InlineData("zip")]
    [InlineData("legacy")]
    public void Cut_at_any_byte_it_is_refused(string format)
    {
        var bytes = Create(format);
        for (var length = 0; length < bytes.Length; length += Math.Max(1, bytes.Length / 150))
            Assert.NotNull(TryRead(bytes[..length]));
    }

    [Theory]
    [InlineData("safetensors", 1)]
    [InlineData("zip", 2)]
    [InlineData("legacy", 3)]
    public void With_bytes_changed_it_is_read_or_refused_but_nothing_else_happens(string format, int seed)
    {
        var original = Create(format);
        var random = new Random(seed);
        var refused = 0;
        for (var i = 0; i < Mutations; i++)
        {
            var bytes = Mutate(original, random);
            if (TryRead(bytes) is not null)
                refused++;
        }

        Assert.InRange(refused, Mutations / 10, Mutations);
    }

    /// <summary>Opens a file and reads all its tensors; the error where it is refused.</summary>
    private string? TryRead(byte[] bytes)
    {
        var path = _folder.Write("damaged", bytes);
        var clock = Stopwatch.StartNew();
        try
        {
            using var scope = NewDisposeScope();
            using var weights = WeightSources.Open(path);
            foreach (var name in weights.Names)
                weights.Read(name);

            return null;
        }
        catch (InputException e)
        {
            Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', e.Message);
            return e.Message;
        }
        finally
        {
            Assert.InRange(clock.Elapsed.TotalSeconds, 0, 2);
        }
    }

    private byte[] Create(string format)
    {
        var tensors = Samples.Create();
        switch (format)
        {
            case "safetensors":
                var metadata = new Dictionary<string, string> { ["format"] = "pt" };
                SafetensorsWriter.Write(_folder["whole"], tensors, metadata);
                return File.ReadAllBytes(_folder["whole"]);
            case "zip":
                TorchCheckpointWriter.Save(_folder["whole"], new Dictionary<string, object?>
                {
                    ["model"] = tensors,
                    ["config"] = new object?[] { null, 1, -1L << 40, 0.5, "text", (1, true), new byte[] { 1, 200 } },
                });
                return File.ReadAllBytes(_folder["whole"]);
            default:
                return Legacy.ToArray();
        }
    }

    /// <summary>One to four changes: a bit, a byte, a run of bytes moved, or an extreme number.</summary>
    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = (byte[])original.Clone();
        var changes = random.Next(1, 5);
        for (var i = 0; i < changes; i++)
        {
            var at = random.Next(bytes.Length - 8);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.AsSpan(random.Next(bytes.Length - 8), 8).CopyTo(bytes.AsSpan(at));
                    break;
                default:
                    bytes.AsSpan(at, random.Next(1, 8)).Fill(random.Next(2) == 0 ? byte.MinValue : byte.MaxValue);
                    break;
            }
        }

        return bytes;
    }
}
