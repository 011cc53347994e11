using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Globalization;
using System.Numerics;
using EmotionLlama.Checkpoints.Pickling;

namespace EmotionLlama.Checkpoints;

/// <summary>The format of PyTorch before 1.6: five pickles in a row (a magic number, the version of the format, facts
/// about the system, the objects, the keys of the storages), then each storage as the number of its values and the
/// values.</summary>
internal static class TorchLegacyFormat
{
    private const long FormatVersion = 1001;

    private static readonly BigInteger MagicNumber =
        BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>Reads the objects of a checkpoint.</summary>
    /// <exception cref="InputException">The file is truncated or no checkpoint.</exception>
    /// <exception cref="PickleException">A pickle in it is damaged or asks for something it is not given.</exception>
    public static object? Read(CheckpointFile file)
    {
        file.Stream.Position = 0;
        if (LoadPlain(file) is not BigInteger magic || magic != MagicNumber)
        {
            throw new InputException($"{file.Path}: is a Python pickle but no PyTorch checkpoint; "
                + "write it with torch.save");
        }

        if (LoadPlain(file) is not FormatVersion)
            throw new PickleException($"the version of its format is not {FormatVersion}");

        if (LoadPlain(file) is OrderedDictionary<object, object?> system
            && system.TryGetValue("little_endian", out var little) && little is false)
        {
            throw new PickleException("its numbers are in big-endian order, only little is supported");
        }

        var storages = new TorchStorageTable(file);
        var root = Load(file, TorchGlobals.Table, storages.Load);
        if (LoadPlain(file) is not List<object?> keys)
            throw new PickleException("the keys of its storages are missing");

        FindStorages(file, storages, keys);
        return root;
    }

    private static void FindStorages(CheckpointFile file, TorchStorageTable storages, List<object?> keys)
    {
        var offset = file.Stream.Position;
        Span<byte> countBytes = stackalloc byte[sizeof(long)];
        foreach (var key in keys)
        {
            // The size of an element is known from the tensors only, so every key must belong to one.
            var storage = key is string text ? storages.Find(text) : null;
            if (storage is null || storage.FileOffset is not null)
                throw new PickleException($"the list of its storages holds {key ?? "None"}, which no tensor uses");

            if (file.Length - offset < sizeof(long))
                throw Truncated(file);

            file.Read(offset, countBytes);
            offset += sizeof(long);
            var count = BinaryPrimitives.ReadInt64LittleEndian(countBytes);
            if (count != storage.Count)
            {
                throw new PickleException(
                    $"the storage {storage.Key} has {count} values where its tensors expect {storage.Count}");
            }

            if (file.Length - offset < storage.ByteCount)
                throw Truncated(file);

            storage.FileOffset = offset;
            offset += storage.ByteCount;
        }

        if (storages.All.FirstOrDefault(storage => storage.FileOffset is null) is { } missing)
            throw new PickleException($"the storage {missing.Key} is missing");
    }

    private static object? LoadPlain(CheckpointFile file) => Load(
        file,
        FrozenDictionary<string, object>.Empty,
        _ => throw new PickleException("a storage stands where only plain values may"));

    private static object? Load(
        CheckpointFile file, IReadOnlyDictionary<string, object> globals, Func<object?, object> loadPersistent)
    {
        var input = new PickleInput(file.Stream, file.Length - file.Stream.Position);
        return new Unpickler(input, globals, loadPersistent).Load();
    }

    private static InputException Truncated(CheckpointFile file) =>
        new($"{file.Path}: ends early; the file is truncated, copy or download it again");
}
