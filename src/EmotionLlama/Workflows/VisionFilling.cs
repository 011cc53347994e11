using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Datasets.Vision;
using EmotionLlama.Models;
using EmotionLlama.Monitoring;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Workflows;

/// <summary>Runs the frozen vision tower for the pictures that a cache lacks. What is made is kept at once, so a
/// filling that is stopped goes on where it was.</summary>
/// <param name="cache">The cache.</param>
/// <param name="datasets">Whose pictures.</param>
/// <param name="run">Workers, and what a picture that cannot be read does.</param>
internal sealed class VisionFilling(VisionCache cache, IReadOnlyList<MerrDataset> datasets, RunRecipe run)
{
    // On a GPU the tower gets as many pictures each time, the last ones repeated: what it makes of a picture then does
    // not depend on which others are missing. On a CPU its numbers are the same for any batch.
    private const int GpuBatch = 8;
    private const int CpuBatch = 4;

    /// <summary>Tells the free bytes of a disk; null asks the system.</summary>
    public Func<string, long>? FreeBytes { get; init; }

    /// <summary>Finds out whether the cache can be filled, before the model is read.</summary>
    /// <exception cref="InputException">The folder cannot be written to, or the missing outputs do not fit on the disk.
    /// </exception>
    public void Check(CancellationToken cancellationToken)
    {
        var (_, missing) = Count(cancellationToken);
        if (missing == 0)
            return;

        VisionCacheWriter.EnsureWritable(cache.Folder);
        DiskSpace.Need(cache.Folder, missing * cache.Kind.Bytes, FreeBytes);
    }

    /// <summary>Different pictures, and how many of them the cache lacks.</summary>
    public (int Pictures, int Missing) Count(CancellationToken cancellationToken)
    {
        var pictures = FindPictures(cancellationToken);
        return (pictures.Count, pictures.Count(picture => !cache.Contains(picture.Key)));
    }

    /// <summary>Fills the cache.</summary>
    /// <param name="model">Whose tower runs.</param>
    /// <param name="progress">Told how far it is, where anything is missing.</param>
    /// <param name="onWaiting">Told once where another process fills the cache and this one waits for it; null leaves
    /// the cache as it is then.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="InputException">A picture cannot be read, with <see cref="OnBadSample.Stop"/>; or the cache
    /// cannot be written.</exception>
    public void Run(
        EmotionLlamaModel model,
        Action<VisionCacheProgress> progress,
        Action? onWaiting,
        CancellationToken cancellationToken)
    {
        var wanted = FindPictures(cancellationToken);
        if (wanted.All(picture => cache.Contains(picture.Key)))
            return;

        using var writer = cache.Write(onWaiting, cancellationToken);
        if (writer is null)
            return;

        // Looked up again: the one that was waited for may have made them.
        List<Picture> missing = [.. wanted.Where(picture => !cache.Contains(picture.Key))];
        writer.Reserve(missing.Count, FreeBytes);
        Encode(model, missing, writer, progress, cancellationToken);
        writer.Flush();
    }

    private void Encode(
        EmotionLlamaModel model,
        List<Picture> missing,
        VisionCacheWriter writer,
        Action<VisionCacheProgress> progress,
        CancellationToken cancellationToken)
    {
        var onGpu = model.Device.type == TorchSharp.DeviceType.CUDA;
        var size = onGpu ? GpuBatch : CpuBatch;
        List<Picture[]> chunks = [.. missing.Chunk(size)];
        var done = 0;
        progress(new VisionCacheProgress(done, missing.Count, cache.Kind.Bytes));
        var batches = ReadAhead.Of(
            0, chunks.Count, run.NumWorkers, 2 * run.NumWorkers, (number, _) => Load(chunks[(int)number], onGpu ? size : 0),
            cancellationToken);
        (Batch Batch, LateTensor? Outputs)? underWay = null;
        try
        {
            foreach (var batch in batches)
            {
                cancellationToken.ThrowIfCancellationRequested();

                // A GPU computes these while the ones before are written.
                var queued = (batch, Encode(model, batch));
                Settle();
                underWay = queued;
                if (queued.Item2?.IsLate != true)
                    Settle();
            }

            Settle();
        }
        catch (Exception e) when (e is InputException or OperationCanceledException)
        {
            // What is made is kept, whatever happens to the next.
            Settle();
            throw;
        }
        finally
        {
            underWay?.Outputs?.Dispose();
        }

        void Settle()
        {
            if (underWay is not var (batch, outputs))
                return;

            underWay = null;
            using (outputs)
            using (NewDisposeScope())
            {
                for (var i = 0; i < batch.Keys.Count; i++)
                    writer.Append(batch.Keys[i], outputs!.Wait()[i]);
            }

            done += batch.Asked;
            progress(new VisionCacheProgress(done, missing.Count, cache.Kind.Bytes));
        }
    }

    /// <summary>Queues the encoding of a batch, whose pictures are not needed any more then.</summary>
    private static LateTensor? Encode(EmotionLlamaModel model, Batch batch)
    {
        using (batch)
        {
            if (batch.Pixels is not { } pixels)
                return null;

            using var outputs = model.EncodeImages(pixels);
            return new LateTensor(outputs);
        }
    }

    /// <summary>Fills a batch up with its last picture.</summary>
    private static Tensor Pad(Tensor pixels, int size)
    {
        var lacking = size - pixels.shape[0];
        return lacking == 0 ? pixels : cat([pixels, pixels[^1..].expand(lacking, -1, -1, -1)]);
    }

    /// <summary>The pictures that reading all clips needs, each once.</summary>
    private List<Picture> FindPictures(CancellationToken cancellationToken)
    {
        var pictures = new Dictionary<PictureKey, Picture>();
        foreach (var dataset in datasets)
        {
            var recipe = dataset.Recipe;
            if (recipe.EnableAugmentation)
                pictures.TryAdd(PictureKey.Blank, new Picture(PictureKey.Blank, dataset, Clip: null));

            for (var index = 0; index < dataset.Count; index++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var clip = dataset[index].Name;
                if (FindKey(dataset, clip) is { } key)
                    pictures.TryAdd(key, new Picture(key, dataset, clip));
            }
        }

        return [.. pictures.Values];
    }

    /// <summary>The key of a clip's picture; null where there is none, which is for the reading of the clip to
    /// say.</summary>
    private static PictureKey? FindKey(MerrDataset dataset, string clip)
    {
        try
        {
            return dataset.Media.KeyOf(clip);
        }
        catch (InputException)
        {
            return null;
        }
    }

    /// <summary>Reads pictures.</summary>
    /// <param name="pictures">Which.</param>
    /// <param name="size">How many a batch for a GPU has, which is laid into page-locked memory; 0 for a CPU.</param>
    private Batch Load(Picture[] pictures, int size)
    {
        using var scope = NewDisposeScope();
        List<PictureKey> keys = [];
        List<Tensor> pixels = [];
        foreach (var (key, dataset, clip) in pictures)
        {
            try
            {
                pixels.Add(clip is null ? dataset.Media.BlankImage() : dataset.Media.ReadImage(clip));
                keys.Add(key);
            }
            catch (InputException) when (run.OnBadSample == OnBadSample.Skip)
            {
                // Skipped, and counted, when the clip's turn comes.
            }
            catch (InputException e)
            {
                throw new InputException($"datasets.{dataset.Name}: clip '{clip}': {e.Message}", e);
            }
        }

        if (keys.Count == 0)
            return new Batch(pictures.Length, keys, Pixels: null);

        var all = size > 0 ? Pad(stack(pixels), size).pin_memory() : stack(pixels);
        return new Batch(pictures.Length, keys, all.DetachFromDisposeScope());
    }

    /// <summary>A picture to encode; without a clip, the blank one.</summary>
    private sealed record Picture(PictureKey Key, MerrDataset Dataset, string? Clip);

    /// <summary>Pictures that were read: as many as asked for, without those that cannot be.</summary>
    private sealed record Batch(int Asked, IReadOnlyList<PictureKey> Keys, Tensor? Pixels) : IDisposable
    {
        public void Dispose() => Pixels?.Dispose();
    }
}
