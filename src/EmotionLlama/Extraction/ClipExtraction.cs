using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using EmotionLlama.Datasets;
using EmotionLlama.Media.Clips;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Extraction;

/// <summary>
/// Extracts frames and features of many clips to disk. It can be killed at any moment: run again, it makes what is
/// missing and ends with the files of a run that nobody disturbed. A clip that cannot be read is left out, whole, and
/// listed with the reason; the others go on.
/// </summary>
/// <remarks>Several clips are decoded side by side while the encoders take one batch at a time, so a GPU is kept busy
/// and memory does not grow with the number of clips.</remarks>
public sealed class ClipExtraction
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly ExtractionRequest _request;
    private readonly ExtractionOutput _output;
    private readonly ExtractionSettings _settings;

    /// <summary>Finds what can be found wrong before any weight or clip is read.</summary>
    /// <param name="request">What to do.</param>
    /// <exception cref="InputException">Two clips have one name, an encoder does not suit, <c>ffmpeg</c> is missing, or
    /// the output folder has files that were made otherwise.</exception>
    public ClipExtraction(ExtractionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Workers, 1);
        ClipFolder.CheckNames(request.Clips);
        if (request.Clips.FirstOrDefault(clip => Path.GetFileName(clip.Name) != clip.Name) is { } nested)
        {
            throw new InputException(
                $"clip '{nested.Name}': a name is no path; extract the clips of one folder at a time");
        }

        ClipExtractor.Check(request.Features);
        _request = request;
        _output = new ExtractionOutput(request.Output, ClipExtractor.PartsOf(request.Features));
        _settings = new ExtractionSettings(_output, request.Features, request.Dtype);
        _settings.Check(request.Overwrite);
    }

    /// <summary>Extracts.</summary>
    /// <param name="device">Where the encoders compute.</param>
    /// <param name="progress">Hears of every clip, one at a time.</param>
    /// <param name="cancellation">Stops between two frames or batches; what was made stays.</param>
    /// <exception cref="InputException">The encoders' weights do not suit, or a file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public ExtractionReport Run(
        Device device, Action<ExtractionProgress>? progress = null, CancellationToken cancellation = default)
    {
        var clock = Stopwatch.StartNew();
        _settings.Apply(_request.Overwrite ? [.. _request.Clips.Select(clip => clip.Name)] : []);
        File.Delete(_output.Failures);
        var todo = _request.Clips.Select((clip, place) => (Clip: clip, Place: place, Parts: _output.Missing(clip.Name)))
            .Where(clip => clip.Parts != Modalities.None).ToList();
        var failures = new SortedDictionary<int, ExtractionFailure>();
        var state = new ExtractionProgress(
            _request.Clips.Count,
            _request.Clips.Count - todo.Count,
            Made: 0,
            Failed: 0,
            ClipSeconds: 0,
            LastFailure: null);
        progress?.Invoke(state);
        if (todo.Count > 0)
        {
            using var extractor = ClipExtractor.Open(_request.Features, device, _request.Dtype);
            ForEach(todo, work =>
            {
                var (seconds, reason) = Make(extractor, work.Clip, work.Parts, cancellation);
                var failure = reason is null ? null : new ExtractionFailure(work.Clip.Name, work.Clip.Path, reason);
                lock (failures)
                {
                    if (failure is not null)
                        failures.Add(work.Place, failure);

                    state = state with
                    {
                        Made = state.Made + (failure is null ? 1 : 0),
                        Failed = failures.Count,
                        ClipSeconds = state.ClipSeconds + seconds,
                        LastFailure = failure,
                    };
                    progress?.Invoke(state);
                }
            }, cancellation);
        }

        WriteFailures([.. failures.Values]);
        return new ExtractionReport
        {
            Output = _output.Location,
            Folders =
            [
                .. ExtractionOutput.Folders.Where(part => _output.Parts.HasFlag(part.Part)).Select(part => part.Folder),
            ],
            Clips = state.Total,
            AlreadyThere = state.AlreadyThere,
            Made = state.Made,
            ClipSeconds = state.ClipSeconds,
            Seconds = clock.Elapsed.TotalSeconds,
            Failures = [.. failures.Values],
            FailureFile = failures.Count > 0 ? _output.Failures : null,
        };
    }

    private (double Seconds, string? Reason) Make(
        ClipExtractor extractor, NamedClip clip, Modalities parts, CancellationToken cancellation)
    {
        ExtractedClip made;
        try
        {
            made = extractor.Extract(clip.Path, parts, cancellation);
        }
        catch (InputException e)
        {
            return (0, e.Message);
        }

        // Where this fails, the disk is full or the like: no clip's fault, and no use to go on.
        _output.Save(clip.Name, made);
        return (made.Duration?.TotalSeconds ?? 0, null);
    }

    private void ForEach<T>(List<T> items, Action<T> handle, CancellationToken cancellation)
    {
        try
        {
            Parallel.ForEach(
                Partitioner.Create(items, EnumerablePartitionerOptions.NoBuffering),
                new ParallelOptions { MaxDegreeOfParallelism = _request.Workers, CancellationToken = cancellation },
                handle);
        }
        catch (AggregateException e)
        {
            var first = e.Flatten().InnerExceptions
                .OrderBy(inner => inner is OperationCanceledException).First();
            ExceptionDispatchInfo.Throw(first);
        }
    }

    private void WriteFailures(IReadOnlyList<ExtractionFailure> failures)
    {
        if (failures.Count > 0)
        {
            AtomicFile.WriteText(
                _output.Failures,
                string.Concat(failures.Select(failure => JsonSerializer.Serialize(failure, Json) + "\n")));
        }
    }
}
