using EmotionLlama.Configuration;
using EmotionLlama.Monitoring;
using EmotionLlama.Workflows;

namespace EmotionLlama.Tests.Workflows;

/// <summary>An evaluation uses the vision cache of its recipe.</summary>
[Collection(SharedGenerator.Name)]
public sealed class VisionEvaluationTests(SmallWorld world) : IDisposable
{
    private readonly EvaluationFolder _folder = new(world);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_fills_the_cache_once_for_all_passes_and_answers_as_without_one()
    {
        var without = Evaluate("without", cache: null);
        var first = Evaluate("first", "vision");
        var second = Evaluate("second", "vision");

        Assert.Empty(without);

        // A picture of each clip, and the blank one that stands in for a face that is withheld.
        Assert.Equal(SmallWorld.HeldOut + 1, first[^1].Done);
        Assert.Equal(SmallWorld.HeldOut + 1, first[^1].Total);
        Assert.Empty(second);
        foreach (var name in (string[])["predictions.jsonl", "predictions_without_face.jsonl", "metrics.json"])
        {
            Assert.Equal(Result("without", name), Result("first", name));
            Assert.Equal(Result("without", name), Result("second", name));
        }
    }

    [Fact]
    public void Where_all_answers_are_logged_the_tower_does_not_run_even_when_the_cache_is_gone()
    {
        Evaluate("out", "vision");
        Directory.Delete(_folder["vision"], recursive: true);

        Assert.Empty(Evaluate("out", "vision"));
        Assert.False(Directory.Exists(_folder["vision"]));
    }

    private string Result(string output, string name) => File.ReadAllText(_folder.Result(name, output));

    private List<VisionCacheProgress> Evaluate(string output, string? cache)
    {
        var recipe = RecipeReader.Read(_folder.Recipe).Recipe;
        recipe = recipe with
        {
            Run = recipe.Run with
            {
                SavePath = _folder[output],
                VisionCache = cache is null ? null : _folder[cache],
            },
        };
        var observer = new Recorder();
        new EvaluationWorkflow(recipe, new EvaluationOptions { WithholdEach = true }, observer)
            .Run(TestContext.Current.CancellationToken);
        return observer.Filling;
    }

    private sealed class Recorder : IEvaluationObserver
    {
        public List<VisionCacheProgress> Filling { get; } = [];

        public void OnVisionCache(VisionCacheProgress progress) => Filling.Add(progress);
    }
}
