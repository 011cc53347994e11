using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EmotionLlama.Checkpoints;
using EmotionLlama.Checkpoints.Zip;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints.RealCheckpoints;

/// <summary>Writes weight files of which only the headers take room on the disk: the values are holes, which read as
/// zeros.</summary>
internal static class SparseFiles
{
    /// <summary>A safetensors file.</summary>
    public static void WriteSafetensors(string path, IReadOnlyList<RealTensor> tensors)
    {
        long offset = 0;
        var entries = new OrderedDictionary<string, object>
        {
            ["__metadata__"] = new Dictionary<string, string> { ["format"] = "pt" },
        };
        foreach (var tensor in tensors)
        {
            entries.Add(tensor.Name, new Dictionary<string, object>
            {
                ["dtype"] = tensor.Type == ScalarType.Float32 ? "F32" : "F16",
                ["shape"] = tensor.Shape,
                ["data_offsets"] = (long[])[offset, offset + tensor.Bytes],
            });
            offset += tensor.Bytes;
        }

        var header = JsonSerializer.SerializeToUtf8Bytes(entries);
        using var file = File.Create(path);
        file.Write(BitConverter.GetBytes((long)header.Length));
        file.Write(header);
        file.SetLength(file.Position + offset);
    }

    /// <summary>A PyTorch checkpoint.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">Its tensors.</param>
    /// <param name="key">Under which key they lie; null puts them at the top.</param>
    public static void WriteTorch(string path, IEnumerable<RealTensor> tensors, string? key = null)
    {
        var pending = tensors.ToDictionary(tensor => tensor.Name, object? (tensor) => new PendingTensor(
            tensor.Name, tensor.Type, tensor.Shape, () => throw new InvalidOperationException("is not read")));
        object root = key is null ? pending : new Dictionary<string, object?> { [key] = pending };
        var stored = new List<object>();
        var pickle = TorchCheckpointWriter.WritePickle(root, stored);

        using var file = File.Create(path);
        var archive = new ZipWriter(file);
        archive.Add("archive/data.pkl", pickle);
        for (var i = 0; i < stored.Count; i++)
        {
            var bytes = ((PendingTensor)stored[i]).Bytes;
            var name = string.Create(CultureInfo.InvariantCulture, $"archive/data/{i}");
            archive.Add(name, bytes, checksum: 0, stream => stream.Seek(bytes, SeekOrigin.Current));
        }

        archive.Add("archive/version", "3\n"u8.ToArray());
        archive.Finish();
    }

    /// <summary>Shards and their index, as transformers names them.</summary>
    /// <returns>The files of the shards.</returns>
    public static IReadOnlyList<string> WriteShards(
        string folder, IReadOnlyList<RealTensor> tensors, bool safetensors, long shardBytes)
    {
        var shards = new List<List<RealTensor>> { new() };
        foreach (var tensor in tensors)
        {
            if (shards[^1].Sum(other => other.Bytes) + tensor.Bytes > shardBytes)
                shards.Add([]);

            shards[^1].Add(tensor);
        }

        var (stem, extension) = safetensors ? ("model", "safetensors") : ("pytorch_model", "bin");
        var map = new Dictionary<string, string>();
        var files = new List<string>();
        for (var i = 0; i < shards.Count; i++)
        {
            var file = string.Create(
                CultureInfo.InvariantCulture, $"{stem}-{i + 1:00000}-of-{shards.Count:00000}.{extension}");
            files.Add(Path.Combine(folder, file));
            if (safetensors)
                WriteSafetensors(files[^1], shards[i]);
            else
                WriteTorch(files[^1], shards[i]);

            foreach (var tensor in shards[i])
                map.Add(tensor.Name, file);
        }

        var index = new Dictionary<string, object>
        {
            ["metadata"] = new Dictionary<string, long> { ["total_size"] = tensors.Sum(tensor => tensor.Bytes) },
            ["weight_map"] = map,
        };
        File.WriteAllText(
            Path.Combine(folder, $"{stem}.{extension}.index.json"), JsonSerializer.Serialize(index));
        return files;
    }

    /// <summary>The room that a file takes on the disk, in bytes.</summary>
    public static long BytesOnDisk(string path)
    {
        using var stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%b %B", path])
        {
            RedirectStandardOutput = true,
        })!;
        var numbers = stat.StandardOutput.ReadToEnd().Split(' ');
        return long.Parse(numbers[0], CultureInfo.InvariantCulture) * long.Parse(
            numbers[1], CultureInfo.InvariantCulture);
    }
}
