using EmotionLlama.Checkpoints.Pickling;

namespace EmotionLlama.Checkpoints;

/// <summary>The storages that a checkpoint's pickle names.</summary>
internal sealed class TorchStorageTable(CheckpointFile file)
{
    private readonly Dictionary<string, StoredStorage> _storages = new(StringComparer.Ordinal);

    /// <summary>All storages named so far.</summary>
    public IReadOnlyCollection<StoredStorage> All => _storages.Values;

    /// <summary>A storage by its key; null where no tensor has named it.</summary>
    public StoredStorage? Find(string key) => _storages.GetValueOrDefault(key);

    /// <summary>The storage of a persistent id: <c>('storage', type, key, device, number of values)</c>, and in the
    /// old format a part of another storage that it is, which PyTorch has not written since version 0.4.</summary>
    /// <exception cref="PickleException">The id is of another form, or contradicts an earlier one.</exception>
    public StoredStorage Load(object? id)
    {
        if (id is not PythonTuple { Count: 5 or 6 } tuple
            || tuple[0] is not "storage"
            || tuple[1] is not TorchStorageType { Type: var type }
            || tuple[2] is not string key
            || tuple[4] is not long count)
        {
            throw new PickleException("the reference to a storage is not of PyTorch's form");
        }

        if (tuple.Count == 6 && tuple[5] is not null)
        {
            throw new PickleException($"the storage {key} is part of another one, as PyTorch before 0.4 wrote; "
                + "load the file with a newer PyTorch and save it again");
        }

        if (count < 0 || count > file.Length / TorchTypes.ElementBytes(type))
            throw new PickleException($"the storage {key} of {count} values is larger than the file");

        if (!_storages.TryGetValue(key, out var storage))
            _storages.Add(key, storage = new StoredStorage(file, key, type, count));
        else if (storage.Type != type || storage.Count != count)
            throw new PickleException($"the storage {key} is named with two types or sizes");

        return storage;
    }
}
