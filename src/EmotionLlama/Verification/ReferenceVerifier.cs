using static TorchSharp.torch;

namespace EmotionLlama.Verification;

/// <summary>Replays a folder of reference numbers, written by the PyTorch system, through every part of this one.
/// </summary>
/// <remarks>Nothing about sizes is fixed: they are read from the folder. A file that the layout names and the folder
/// lacks fails the checks that need it, and a check that throws fails alone.</remarks>
public sealed class ReferenceVerifier
{
    private static readonly ICheckFamily[] Families =
    [
        new TokenizerChecks(), new LlamaChecks(), new VisionChecks(), new CheckpointChecks(), new ForwardChecks(),
        new LossChecks(), new TrajectoryChecks(), new GenerationChecks(), new LearningRateChecks(), new CaptionChecks(),
        new ImageChecks(), new EncoderChecks(), new PickleChecks(),
    ];

    private readonly ReferenceFolder _folder;

    private ReferenceVerifier(ReferenceFolder folder) => _folder = folder;

    /// <summary>Finds a folder; nothing is read yet.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="InputException">There is no such folder, or it holds nothing of the layout.</exception>
    public static ReferenceVerifier Open(string path) => new(ReferenceFolder.Open(path));

    /// <summary>Runs all checks of the folder.</summary>
    /// <param name="progress">Hears of each check when it is done; null tells no one.</param>
    /// <param name="device">Where to compute, in float32; null is the CPU.</param>
    /// <param name="cancellation">Stops between two checks.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public VerificationReport Run(
        Action<CheckResult>? progress = null, Device? device = null, CancellationToken cancellation = default)
    {
        _folder.Device = device ?? CPU;
        return Run(Families, progress, cancellation);
    }

    /// <summary>Runs the checks of some families.</summary>
    internal VerificationReport Run(
        IEnumerable<ICheckFamily> families,
        Action<CheckResult>? progress = null,
        CancellationToken cancellation = default)
    {
        var results = new List<CheckResult>();
        foreach (var family in families)
        {
            foreach (var result in RunFamily(family))
            {
                results.Add(result);
                progress?.Invoke(result);
                cancellation.ThrowIfCancellationRequested();
            }
        }

        return new VerificationReport { Checks = results, NotCovered = _folder.NotCovered };
    }

    private IEnumerable<CheckResult> RunFamily(ICheckFamily family)
    {
        using var checks = family.ChecksOf(_folder).GetEnumerator();
        while (true)
        {
            CheckResult? result;
            try
            {
                result = checks.MoveNext() ? RunCheck(checks.Current) : null;
            }
            catch (Exception e)
            {
                // The family cannot go on behind an error of its own.
                result = Failure(family.Name, tolerance: 0, e);
            }

            if (result is null)
                yield break;

            yield return result;
        }
    }

    private static CheckResult RunCheck(ReferenceCheck check)
    {
        try
        {
            using var scope = NewDisposeScope();
            var (error, where) = check.Measure();
            var passed = error <= check.Tolerance;
            return new CheckResult
            {
                Name = check.Name,
                MaxError = double.IsFinite(error) ? error : null,
                Tolerance = check.Tolerance,
                Passed = passed,
                Message = passed ? null : where,
            };
        }
        catch (Exception e)
        {
            return Failure(check.Name, check.Tolerance, e);
        }
    }

    private static CheckResult Failure(string name, double tolerance, Exception e) => new()
    {
        Name = name,
        Tolerance = tolerance,
        Passed = false,

        // Behind the first line libtorch lists the native frames of an error.
        Message = (e is InputException ? e.Message : $"{e.GetType().Name}: {e.Message}").Split('\n')[0],
    };
}
