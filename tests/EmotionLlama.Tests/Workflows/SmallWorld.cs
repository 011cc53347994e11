using EmotionLlama.Pretraining;
using EmotionLlama.Tests.Workflows;
using EmotionLlama.World;

[assembly: AssemblyFixture(typeof(SmallWorld))]

namespace EmotionLlama.Tests.Workflows;

/// <summary>A few clips of the small world, made once for all tests that train on clips.</summary>
public sealed class SmallWorld : IDisposable
{
    /// <summary>Clips to learn from.</summary>
    public const int Clips = 12;

    /// <summary>Held-out clips.</summary>
    public const int HeldOut = 6;

    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<string> _data;

    public SmallWorld() => _data = new Lazy<string>(Write);

    public void Dispose() => _folder.Dispose();

    /// <summary>Puts a copy of the clips into a folder.</summary>
    public void CopyTo(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(_data.Value, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(folder, Path.GetRelativePath(_data.Value, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private string Write()
    {
        using var encoders = TinyModel.Shipped.OpenEncoders();
        var data = _folder["data"];
        WorldWriter.Write(
            data, 42, [new WorldSplit("train", 0, Clips), new WorldSplit("held_out", Clips, HeldOut)], encoders);
        return data;
    }
}
