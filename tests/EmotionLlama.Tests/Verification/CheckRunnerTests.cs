using EmotionLlama.Verification;

namespace EmotionLlama.Tests.Verification;

public sealed class CheckRunnerTests
{
    [Fact]
    public void A_check_passes_up_to_its_tolerance()
    {
        var report = Run(
            new("within", 0.5, () => new Deviation(0.5, "somewhere")),
            new("beyond", 0.5, () => new Deviation(0.75, "somewhere")));

        Assert.Equal(
            [
                new CheckResult { Name = "within", MaxError = 0.5, Tolerance = 0.5, Passed = true },
                new CheckResult
                {
                    Name = "beyond", MaxError = 0.75, Tolerance = 0.5, Passed = false, Message = "somewhere",
                },
            ],
            report.Checks);
        Assert.False(report.Passed);
    }

    [Fact]
    public void A_check_that_throws_fails_alone()
    {
        var report = Run(
            new("first", 0, () => throw new InvalidOperationException("it broke\n  at a place in native code")),
            new("second", 0, () => throw new InputException("file: is bad")),
            new("third", 0, () => default));

        Assert.Equal(
            ["InvalidOperationException: it broke", "file: is bad", null], report.Checks.Select(check => check.Message));
        Assert.Equal([false, false, true], report.Checks.Select(c => c.Passed));
    }

    [Fact]
    public void A_family_that_cannot_list_its_checks_fails_under_its_own_name_and_the_others_go_on()
    {
        var report = RunFamilies([new Family("broken", Broken()), new Family("sound", [Good("after")])]);

        Assert.Equal(
            [("before", true), ("broken", false), ("after", true)],
            report.Checks.Select(check => (check.Name, check.Passed)));

        static IEnumerable<ReferenceCheck> Broken()
        {
            yield return Good("before");
            throw new InputException("list.json: is missing");
        }
    }

    [Fact]
    public void A_deviation_that_is_no_number_fails()
    {
        var report = Run(
            new("infinite", 1, () => new Deviation(double.PositiveInfinity, "no number")),
            new("none", 1, () => new Deviation(double.NaN, "no number")));

        Assert.All(report.Checks, check => Assert.False(check.Passed));
        Assert.All(report.Checks, check => Assert.Null(check.MaxError));
    }

    [Fact]
    public void Each_check_is_told_as_soon_as_it_is_done()
    {
        var told = new List<string>();

        RunFamilies(
            [new Family("family", [Good("first"), new("second", 0, () => new Deviation(told.Count - 1))])],
            result => told.Add($"{result.Name} {result.MaxError}"));

        Assert.Equal(["first 0", "second 0"], told);
    }

    [Fact]
    public void Verification_can_be_stopped_between_checks()
    {
        using var stop = new CancellationTokenSource();

        Assert.Throws<OperationCanceledException>(() => Verifier().Run(
            [new Family("family", [Good("first"), new("second", 0, () => throw new InvalidOperationException())])],
            _ => stop.Cancel(),
            stop.Token));
    }

    [Fact]
    public void What_checks_share_is_made_once_and_disposed_and_hands_its_error_to_each()
    {
        var made = 0;
        using (var shared = new Shared<StringReader>(() => throw new InputException($"made {++made}")))
        {
            Assert.Equal("made 1", Assert.Throws<InputException>(() => shared.Value).Message);
            Assert.Equal("made 1", Assert.Throws<InputException>(() => shared.Value).Message);
        }

        var reader = new StringReader("text");
        using (var shared = new Shared<StringReader>(() => reader))
            Assert.Same(reader, shared.Value);

        Assert.Throws<ObjectDisposedException>(() => reader.Read());
    }

    private static ReferenceVerifier Verifier() => ReferenceVerifier.Open(ReferenceCopy.Committed);

    private static VerificationReport Run(params ReferenceCheck[] checks) =>
        RunFamilies([new Family("family", checks)]);

    private static VerificationReport RunFamilies(
        IEnumerable<ICheckFamily> families, Action<CheckResult>? progress = null) =>
        Verifier().Run(families, progress, TestContext.Current.CancellationToken);

    private static ReferenceCheck Good(string name) => new(name, 0, () => default);

    private sealed class Family(string name, IEnumerable<ReferenceCheck> checks) : ICheckFamily
    {
        public string Name => name;

        public IEnumerable<ReferenceCheck> ChecksOf(ReferenceFolder folder) => checks;
    }
}
