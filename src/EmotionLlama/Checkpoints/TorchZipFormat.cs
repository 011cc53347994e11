using System.Text;
using EmotionLlama.Checkpoints.Pickling;
using EmotionLlama.Checkpoints.Zip;

namespace EmotionLlama.Checkpoints;

/// <summary>The format of PyTorch 1.6 and later: a zip archive with one folder, in which <c>data.pkl</c> holds the
/// objects and <c>data/KEY</c> each storage.</summary>
internal static class TorchZipFormat
{
    private const string Objects = "/data.pkl";
    private const int MaxByteOrderLength = 16;

    /// <summary>Reads the objects of a checkpoint.</summary>
    /// <exception cref="InputException">The archive is damaged or holds no checkpoint.</exception>
    /// <exception cref="PickleException">The pickle in it is damaged or asks for something it is not given.</exception>
    public static object? Read(CheckpointFile file)
    {
        var archive = new ZipDirectory(file);
        var prefix = FindPrefix(file, archive);
        CheckByteOrder(file, archive, prefix);

        var storages = new TorchStorageTable(file);
        var objects = archive.Find(prefix + Objects)!;
        file.Stream.Position = archive.DataOffset(objects);
        return new Unpickler(new PickleInput(file.Stream, objects.Length), TorchGlobals.Table, LoadStorage).Load();

        StoredStorage LoadStorage(object? id)
        {
            var storage = storages.Load(id);
            storage.FileOffset ??= FindData(archive, prefix, storage);
            return storage;
        }
    }

    private static string FindPrefix(CheckpointFile file, ZipDirectory archive)
    {
        // The folder may have any name; PyTorch gives it that of the file.
        var name = archive.Names.FirstOrDefault(name =>
            name.EndsWith(Objects, StringComparison.Ordinal) && name.IndexOf('/') == name.Length - Objects.Length);
        return name?[..^Objects.Length]
            ?? throw new InputException($"{file.Path}: is a zip archive but no PyTorch checkpoint: it has no data.pkl");
    }

    private static void CheckByteOrder(CheckpointFile file, ZipDirectory archive, string prefix)
    {
        if (archive.Find($"{prefix}/byteorder") is not { Length: <= MaxByteOrderLength } entry)
            return;

        var order = Encoding.UTF8.GetString(file.ReadBytes(archive.DataOffset(entry), (int)entry.Length));
        if (order != "little")
        {
            throw new InputException(
                $"{file.Path}: its numbers are in {order.Printable()}-endian order, only little is supported");
        }
    }

    private static long FindData(ZipDirectory archive, string prefix, StoredStorage storage)
    {
        var entry = archive.Find($"{prefix}/data/{storage.Key}")
            ?? throw new PickleException($"the storage {storage.Key} is missing in the archive");
        if (entry.Length != storage.ByteCount)
        {
            throw new PickleException($"the storage {storage.Key} has {entry.Length} bytes where its "
                + $"{storage.Count} values take {storage.ByteCount}");
        }

        return archive.DataOffset(entry);
    }
}
