using System.Collections.Concurrent;
using EmotionLlama.Configuration;
using EmotionLlama.Construction;
using EmotionLlama.Datasets;
using EmotionLlama.Endpoints;
using EmotionLlama.Tests.Endpoints;

namespace EmotionLlama.Tests.Construction;

/// <summary>Building with models that do not answer well.</summary>
public sealed class DatasetBuilderTests : IDisposable
{
    private readonly ConstructionFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Passing_errors_are_tried_again_and_leave_no_trace(int status)
    {
        _folder.AddEight();
        using var good = new StubModels();
        var asked = new ConcurrentDictionary<string, bool>();
        using var bad = new StubModels(call =>
            asked.TryAdd(call.Body.GetRawText(), true) ? StubReply.Fails(status, "come back later") : null);

        var expected = await BuildAsync(good, "good");
        var built = await BuildAsync(bad, "bad");

        Assert.Empty(built.Report.Failures);
        Assert.Equal(expected.Clips.Select(clip => clip.Reasoning), built.Clips.Select(clip => clip.Reasoning));
        Assert.Equal(2 * good.Calls.Count, bad.Calls.Count);
    }

    [Fact]
    public async Task A_call_that_never_answers_is_given_up_and_asked_again()
    {
        _folder.Add("a", 5, ConstructionFolder.Happy, "hello");
        using var models = new StubModels(call => call.Number == 0
            ? new StubReply { After = new TaskCompletionSource().Task }
            : null);

        var built = await BuildAsync(models, "answers", timeoutSeconds: 2);

        // On a busy machine another call may be given up, too.
        Assert.Equal(1, built.Report.Kept);
        Assert.InRange(models.Calls.Count, 4, 12);
    }

    [Theory]
    [InlineData("The person is happy.")]
    [InlineData("{\"consistent\": true, \"description\": ")]
    [InlineData("")]
    public async Task A_malformed_synthesis_is_asked_for_again(string answer)
    {
        _folder.Add("a", 5, ConstructionFolder.Happy, "hello");
        var first = true;
        using var models = new StubModels(call =>
        {
            if (call.Model != "mind" || !first)
                return null;

            first = false;
            return StubReply.Says(answer);
        });

        var built = await BuildAsync(models, "answers");

        Assert.Equal(1, built.Report.Kept);
        Assert.Equal(2, models.CallsOf("mind"));
    }

    [Fact]
    public async Task What_stays_malformed_fails_its_clip_and_is_asked_for_by_the_next_run()
    {
        _folder.Add("a", 5, ConstructionFolder.Happy, "hello");
        _folder.Add("b", 6, ConstructionFolder.Sad, "goodbye");
        var broken = true;
        using var models = new StubModels(call =>
            broken && call.Model == "mind" && call.Prompt.Contains("goodbye", StringComparison.Ordinal)
                ? StubReply.Says("no idea")
                : null);

        var built = await BuildAsync(models, "answers");
        broken = false;
        var later = await BuildAsync(models, "answers");

        Assert.Equal(
            new NamedReason("b", "text model: the answer cannot be used: it has no JSON object"),
            Assert.Single(built.Report.Failures));
        Assert.Equal(["a"], built.Clips.Select(clip => clip.Name));
        Assert.Equal(["a", "b"], later.Clips.Select(clip => clip.Name));
        Assert.Equal((2, 2), (models.CallsOf("eye"), models.CallsOf("ear")));
    }

    [Fact]
    public async Task An_error_that_does_not_pass_fails_its_clip_only()
    {
        _folder.Add("a", 5, ConstructionFolder.Happy, "hello");
        _folder.Add("b", 6, ConstructionFolder.Sad, "goodbye");
        using var models = new StubModels(call => call.Prompt.Contains("goodbye", StringComparison.Ordinal)
            ? StubReply.Fails(400, "I do not like this prompt")
            : null);

        var built = await BuildAsync(models, "answers");

        Assert.Equal(["a"], built.Clips.Select(clip => clip.Name));
        Assert.Equal(
            new NamedReason("b", "text model: 400: I do not like this prompt"), Assert.Single(built.Report.Failures));
    }

    [Fact]
    public async Task A_picture_that_a_model_refuses_ends_the_clip_before_the_last_call()
    {
        _folder.Add("a", 5, ConstructionFolder.Happy, "hello");
        using var models = new StubModels(call =>
            call.Model == "eye" ? StubReply.Says("I'm sorry, I can't describe real people.") : null);

        var built = await BuildAsync(models, "answers");

        Assert.Equal(1, built.Report.DropsByReason["refusal"]);
        Assert.Equal(0, models.CallsOf("mind"));
    }

    [Fact]
    public async Task No_more_calls_are_under_way_than_each_model_allows()
    {
        _folder.AddEight();
        using var models = new StubModels();

        await BuildAsync(models, "answers", parallel: 1);

        Assert.Equal(1, models.MostAtOnce);
    }

    [Fact]
    public async Task Progress_tells_every_clip_once()
    {
        _folder.AddEight();
        using var models = new StubModels();
        var seen = new List<ConstructionProgress>();

        await BuildAsync(models, "answers", progress: new Telling(seen.Add));

        Assert.Equal(Enumerable.Range(1, 8), seen.Select(progress => progress.Done));
        Assert.Equal(
            ["a", "b", "c", "d", "e", "f", "g", "h"],
            seen.Select(progress => progress.Name).Order(StringComparer.Ordinal));
        Assert.Equal((8, 0, 1), (seen[^1].Count, seen[^1].Failed, seen[^1].Dropped));
    }

    [Fact]
    public async Task A_name_with_blanks_fails_as_annotations_cannot_hold_it()
    {
        _folder.AddTable("two words", 5, ConstructionFolder.Happy);
        File.WriteAllText(Path.Combine(_folder.Clips, "two words.mp4"), "");
        using var models = new StubModels();

        var built = await BuildAsync(models, "answers", shown: false);

        Assert.Contains("its name has blanks", Assert.Single(built.Report.Failures).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_clips_of_one_name_are_refused()
    {
        _folder.AddTable("a", 5, ConstructionFolder.Happy);
        File.WriteAllText(Path.Combine(_folder.Clips, "a.mp4"), "");
        File.WriteAllText(Path.Combine(_folder.Clips, "a.MKV"), "");

        Assert.Contains(
            "a.MKV and a.mp4 have the same name",
            Assert.Throws<InputException>(() => ClipSources.Find(_folder.Clips, _folder.Tables, null)).Message,
            StringComparison.Ordinal);
    }

    private async Task<BuiltDataset> BuildAsync(
        StubModels models,
        string cache,
        int parallel = 4,
        bool shown = true,
        int timeoutSeconds = 100,
        IProgress<ConstructionProgress>? progress = null)
    {
        var timing = new RetryTiming { First = TimeSpan.FromMilliseconds(1), Longest = TimeSpan.FromMilliseconds(5) };
        var recipe = new ConstructionRecipe
        {
            Vision = shown ? Model("eye") : new EndpointRecipe(),
            Audio = shown ? Model("ear") : new EndpointRecipe(),
            Text = Model("mind"),
        };
        using var builder = new DatasetBuilder(recipe, _folder[cache], timing);
        var transcripts = File.Exists(_folder.Transcripts) ? Transcripts.Read(_folder.Transcripts) : null;
        return await builder.BuildAsync(
            ClipSources.Find(_folder.Clips, _folder.Tables, transcripts),
            progress,
            TestContext.Current.CancellationToken);

        EndpointRecipe Model(string name) => new()
        {
            Model = name,
            BaseUrl = models.BaseUrl,
            Parallel = parallel,
            MaxRetries = 3,
            TimeoutSeconds = timeoutSeconds,
        };
    }

    private sealed class Telling(Action<ConstructionProgress> tell) : IProgress<ConstructionProgress>
    {
        public void Report(ConstructionProgress value) => tell(value);
    }
}
