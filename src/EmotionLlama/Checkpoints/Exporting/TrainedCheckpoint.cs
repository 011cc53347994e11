using EmotionLlama.Checkpoints.Inspection;
using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints.Exporting;

/// <summary>The trained weights of a checkpoint, LoRA matrices apart from the others.</summary>
internal sealed class TrainedCheckpoint : IDisposable
{
    private readonly IOpenWeights _source;
    private readonly RenamedWeights _names;

    private TrainedCheckpoint(IOpenWeights source)
    {
        _source = source;
        _names = new RenamedWeights(source, PeftNames.Normalize);
        Pairs = [.. _names.Names.Where(IsFirstMatrix).Select(ReadPair)];
        var matrices = Pairs.SelectMany(pair => (string[])[pair.A, pair.B]).ToHashSet(StringComparer.Ordinal);
        Others = [.. _names.Names.Where(name => !matrices.Contains(name))];
        Stated = StatedLora.Of(source);
        Check();
    }

    /// <summary>The file or folder.</summary>
    public string Location => _source.Location;

    /// <summary>The names of all tensors, without what newer versions of peft add, in their order.</summary>
    public IReadOnlyCollection<string> Names => _names.Names;

    /// <summary>The LoRA matrices.</summary>
    public IReadOnlyList<LoraPair> Pairs { get; }

    /// <summary>The names of all other tensors: projections, and what else was saved.</summary>
    public IReadOnlyList<string> Others { get; }

    /// <summary>The rank of the LoRA matrices; 0 where there are none.</summary>
    public int Rank => Pairs.Count == 0 ? 0 : (int)Pairs[0].Rank;

    /// <summary>The projections that have LoRA matrices, in the order of <see cref="LoraSettings.AllTargets"/>.
    /// </summary>
    public IReadOnlyList<string> Targets
    {
        get
        {
            var targets = Pairs.Select(pair => pair.Target).Distinct().ToList();
            return [.. LoraSettings.AllTargets.Intersect(targets), .. targets.Except(LoraSettings.AllTargets)];
        }
    }

    /// <summary>What the checkpoint says about itself.</summary>
    public StatedLora Stated { get; }

    /// <summary>Opens a checkpoint.</summary>
    /// <exception cref="InputException">It cannot be read, holds nothing that was trained, or its LoRA matrices do not
    /// belong together.</exception>
    public static TrainedCheckpoint Open(string path)
    {
        var source = WeightSources.Open(path);
        try
        {
            return new TrainedCheckpoint(source);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>A tensor to write.</summary>
    /// <param name="name">Its name here.</param>
    /// <param name="newName">The name it gets; null keeps it.</param>
    public PendingTensor Pending(string name, string? newName = null) =>
        PendingTensor.Of(_source, _names.OriginalOf(name)!, newName ?? name);

    /// <summary>Reads a tensor; the caller disposes it.</summary>
    public Tensor Read(string name) => _names.Read(name);

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private static bool IsFirstMatrix(string name) =>
        name.StartsWith(PeftNames.CheckpointPrefix, StringComparison.Ordinal)
        && name.EndsWith(PeftNames.ASuffix, StringComparison.Ordinal);

    private LoraPair ReadPair(string a)
    {
        var module = a[..^PeftNames.ASuffix.Length];
        var b = module + PeftNames.BSuffix;
        if (_names.ShapeOf(a) is [var rank, var inputs] && _names.ShapeOf(b) is [var outputs, var same]
            && rank == same && rank > 0)
        {
            return new LoraPair(module[PeftNames.CheckpointPrefix.Length..], a, b, rank, inputs, outputs);
        }

        throw new InputException($"{Location}: `{a.Printable()}` {Shape(a)} and `{b.Printable()}` {Shape(b)} are no "
            + "LoRA matrices [rank, in] and [out, rank]; the file is damaged or cut down");
    }

    private string Shape(string name) =>
        _names.ShapeOf(name) is { } shape ? $"of the shape [{string.Join(", ", shape)}]" : "(which is missing)";

    private void Check()
    {
        var content = new WeightContent(_source.Names.Select(name => _source.Describe(name)!));
        if (!content.HasTrainedWeights)
        {
            var isBare = _source.Names.Any(name => name.StartsWith(PeftNames.AdapterPrefix, StringComparison.Ordinal));
            throw new InputException($"{Location}: holds nothing that was trained: no LoRA matrices, no projections; "
                + (isBare ? "it is the file of an adapter of peft, name its folder" : "`inspect` says what it is"));
        }

        if (Pairs.Select(pair => pair.Rank).Distinct().ToList() is { Count: > 1 } ranks)
        {
            throw new InputException($"{Location}: its LoRA matrices have the ranks {string.Join(", ", ranks)}; "
                + "only one rank for all is supported");
        }

        if (Pairs.Count > 0 && Stated.Rank is { } stated && stated != Rank)
        {
            throw new InputException($"{Location}: its settings say rank {stated}, but its LoRA matrices have rank "
                + $"{Rank}; they are not of one run");
        }
    }
}
