using System.Text;
using EmotionLlama.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints;

public sealed class WeightSourcesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Files_are_told_apart_by_content_whatever_they_are_called()
    {
        var tensors = new Dictionary<string, Tensor> { ["a"] = ones(1) };
        SafetensorsWriter.Write(_folder["a.pth"], tensors);
        TorchCheckpointWriter.Save(_folder["b.safetensors"], tensors);
        _folder.Write("c.txt", new LegacyFile
        {
            Root = new Dictionary<string, object> { ["a"] = new LegacyTensor("1", 1, [1], [1]) },
            Storages = new OrderedDictionary<string, float[]> { ["1"] = [1f] },
        }.ToArray());

        foreach (var file in (string[])["a.pth", "b.safetensors", "c.txt"])
        {
            using var weights = WeightSources.Open(_folder[file]);
            Samples.AssertSame(ones(1), weights.Read("a"));
        }
    }

    [Fact]
    public void A_file_of_another_kind_is_refused_with_its_first_bytes()
    {
        Assert.Contains(
            "is not a safetensors file or a PyTorch checkpoint; its first bytes are 3C68746D6C3E",
            Error("<html>"u8.ToArray()),
            StringComparison.Ordinal);
        Assert.Contains("is empty", Error([]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pointer_of_Git_LFS_is_recognized() => Assert.Contains(
        "git lfs pull",
        Error("version https://git-lfs.github.com/spec/v1\noid sha256:00"u8.ToArray()),
        StringComparison.Ordinal);

    [Fact]
    public void A_tar_archive_of_the_oldest_PyTorch_is_recognized()
    {
        var tar = new byte[1024];
        Encoding.ASCII.GetBytes("ustar").CopyTo(tar, 257);

        Assert.Contains("tar archive", Error(tar), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named() => Assert.Equal(
        $"{_folder["absent.pth"]}: no such file",
        Assert.Throws<InputException>(() => WeightSources.Open(_folder["absent.pth"])).Message);

    [Fact]
    public void A_safetensors_file_is_no_PyTorch_checkpoint()
    {
        SafetensorsWriter.Write(_folder["a.pth"], new Dictionary<string, Tensor> { ["a"] = ones(1) });

        var error = Assert.Throws<InputException>(() => TorchCheckpoint.Open(_folder["a.pth"]));
        Assert.Contains("is a safetensors file", error.Message, StringComparison.Ordinal);
    }

    private string Error(byte[] bytes)
    {
        var path = _folder.Write("file", bytes);
        return Assert.Throws<InputException>(() => WeightSources.Open(path)).Message;
    }
}
