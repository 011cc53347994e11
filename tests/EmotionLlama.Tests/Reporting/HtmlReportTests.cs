using System.Text.RegularExpressions;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;
using EmotionLlama.Evaluation.Diagnosing;
using EmotionLlama.Monitoring;
using EmotionLlama.Reporting;
using EmotionLlama.Tests.Evaluation.Diagnosing;
using EmotionLlama.Tests.Monitoring;

namespace EmotionLlama.Tests.Reporting;

public sealed class HtmlReportTests
{
    // The smallest PNG: its signature is enough for a picture nobody looks at.
    private static readonly byte[] Picture = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    private static readonly ReportModel Whole = new()
    {
        Title = "A run",
        Subtitle = "of a tiny model",
        Steps = [.. Enumerable.Range(1, 50).Select(step => MonitoringSamples.Step(step, loss: 100.0 / (49 + step)))],
        Duration = TimeSpan.FromSeconds(131),
        Accuracy = new AccuracyComparison
        {
            Before = new Proportion(10, 100),
            After = new Proportion(90, 100),
            WithoutFace = new Proportion(60, 100),
            WithoutVoice = new Proportion(70, 100),
        },
        Classification = ClassificationReport.From([(Emotion.Angry, Emotion.Angry), (Emotion.Sad, null)]),
        Clips =
        [
            new ReportClip
            {
                Name = "sample_7",
                Emotion = Emotion.Angry,
                Picture = Picture,
                Words = "You promised.",
                Expected = "The brow is lowered (AU04): angry.",
                Answers =
                [
                    MonitoringSamples.Answer(0, answer: ""),
                    MonitoringSamples.Answer(20, answer: "The person is sad."),
                    MonitoringSamples.Answer(50, answer: "AU04, angry."),
                ],
            },
        ],
        DataReport = "100 clips",
        Recipe = "run:\n  seed: 42",
        Machine = [("libtorch", "2.10.0")],
    };

    [Fact]
    public void Is_one_file_that_asks_for_nothing_else()
    {
        var html = HtmlReport.Render(Whole);

        Assert.DoesNotMatch("(?i)<(script|link|iframe|object|embed)\\b", html);
        Assert.DoesNotMatch("(?i)(https?:)?//[a-z]", html);
        Assert.DoesNotMatch("(?i)url\\(|@import", html);
        Assert.All(
            Regex.Matches(html, "src=\"([^\"]*)\"").Select(match => match.Groups[1].Value),
            source => Assert.Equal($"data:image/png;base64,{Convert.ToBase64String(Picture)}", source));
    }

    [Fact]
    public void The_loss_on_held_out_clips_is_a_curve_of_its_own()
    {
        var with = HtmlReport.Render(Whole with { Validation = [new(0, 0, 3), new(25, 0, 2), new(50, 1, 1)] });

        Assert.Single(Regex.Matches(with, "<path [^>]*class=\"curve held\""));
        Assert.DoesNotContain("curve held", HtmlReport.Render(Whole), StringComparison.Ordinal);
    }

    [Fact]
    public void What_answers_about_held_out_clips_scored_is_drawn_over_the_run()
    {
        var evaluations = Runs.Healthy.From(0, at => at with { ClueOverlap = 6 + (at.Step / 40.0), Waf = 0.5 });
        var best = BestMetric.Of(evaluations, ValidationMetric.ClueOverlap);
        var html = HtmlReport.Render(Whole with { Validation = evaluations, Best = best });

        Assert.Contains("Overlap of answers with annotations", html, StringComparison.Ordinal);
        Assert.Contains("weighted F1", html, StringComparison.Ordinal);
        Assert.DoesNotContain("label overlap", html, StringComparison.Ordinal);
        Assert.Contains("Best: clue_overlap 7 after epoch 3.", html, StringComparison.Ordinal);
        var single = HtmlReport.Render(Whole with { Validation = [evaluations[^1]] });
        Assert.DoesNotContain("NaN", single, StringComparison.Ordinal);
    }

    [Fact]
    public void Troubles_are_listed_with_figures_and_advice()
    {
        var diagnosis = Diagnosis.Of(Runs.Overfitted, new Recipe { Model = new ModelRecipe() });
        var text = TextOf(HtmlReport.Render(Whole with { Diagnosis = diagnosis }));

        Assert.Contains("overfitting · found the held-out loss, 2.6 after epoch 4", text, StringComparison.Ordinal);
        Assert.Contains("raise run.weight_decay from 0.05 to 0.1", text, StringComparison.Ordinal);
        Assert.Contains("generic answers · not found", text, StringComparison.Ordinal);
        Assert.Contains("rise of the held-out loss above its lowest 0.182 0.05", text, StringComparison.Ordinal);
        var unknown = Diagnosis.Of([], new Recipe { Model = new ModelRecipe() });
        Assert.DoesNotContain("Diagnosis", HtmlReport.Render(Whole with { Diagnosis = unknown }), StringComparison.Ordinal);
    }

    [Fact]
    public void Says_at_the_top_how_the_run_went()
    {
        var text = TextOf(HtmlReport.Render(Whole with { LossFirst = 2, LossLast = 1.01 }));

        Assert.Contains("The loss fell; accuracy rose beyond chance", text, StringComparison.Ordinal);
        Assert.Contains("the face 30 points, the voice 20 points.", text, StringComparison.Ordinal);
        Assert.Contains("2.000 → 1.010", text, StringComparison.Ordinal);
        Assert.Contains("10 % → 90 %", text, StringComparison.Ordinal);
        Assert.Contains("2 min 11 s", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, 13, "accuracy rose, within its uncertainty")]
    [InlineData(13, 10, "accuracy did not rise")]
    public void Does_not_praise_what_may_be_chance(int before, int after, string verdict)
    {
        var accuracy = new AccuracyComparison { Before = new(before, 50), After = new(after, 50) };

        Assert.Contains(
            verdict, TextOf(HtmlReport.Render(new ReportModel { Title = "A run", Accuracy = accuracy })),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Shows_how_the_answers_about_a_clip_grew()
    {
        var text = TextOf(HtmlReport.Render(Whole));

        var moments = new[]
        {
            "before training no emotion named no answer", "after 20 steps ✗ sad The person is sad .",
            "after training ✓ right AU04 , angry .", "annotation The brow is lowered ( AU04 ): angry .",
        };
        Assert.Equal(moments, moments.OrderBy(moment => text.IndexOf(moment, StringComparison.Ordinal)));
        Assert.All(moments, moment => Assert.Contains(moment, text, StringComparison.Ordinal));
        Assert.Contains("You promised.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_confusion_matrix_counts_answers_without_an_emotion()
    {
        var table = Regex.Match(HtmlReport.Render(Whole), "<table class=\"heat\">.*?</table>").Value;
        var sad = Regex.Match(table, "<tr><th>sad</th>(.*?)</tr>").Groups[1].Value;

        Assert.Equal(10, Regex.Count(sad, "<td"));
        Assert.EndsWith(">1</td>", sad, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_from_data_and_models_cannot_become_markup()
    {
        const string Hostile = "</p><script>alert(1)</script>\"'&";
        var clip = Whole.Clips[0] with
        {
            Name = Hostile,
            Words = Hostile,
            Expected = Hostile,
            Answers = [MonitoringSamples.Answer(1, answer: Hostile)],
            Clues = ["script"],
        };
        var html = HtmlReport.Render(Whole with
        {
            Title = Hostile,
            Subtitle = Hostile,
            Clips = [clip],
            DataReport = Hostile,
            Recipe = Hostile,
            Machine = [(Hostile, Hostile)],
        });

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("alt=\"[^\"]*[<>]", html);
    }

    [Fact]
    public void What_was_not_measured_is_left_out()
    {
        var html = HtmlReport.Render(new ReportModel { Title = "Nothing yet" });

        Assert.Empty(Regex.Matches(html, "<section"));
        Assert.Contains("<h1>Nothing yet</h1>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Writes_the_file_and_replaces_an_older_one()
    {
        using var folder = new TemporaryFolder();
        HtmlReport.Write(folder["report.html"], new ReportModel { Title = "old" });
        HtmlReport.Write(folder["report.html"], Whole);

        Assert.Equal(HtmlReport.Render(Whole), File.ReadAllText(folder["report.html"]));
    }

    /// <summary>What a reader sees: tags gone, white space joined.</summary>
    private static string TextOf(string html)
    {
        var body = html[html.IndexOf("<body>", StringComparison.Ordinal)..];
        var text = System.Net.WebUtility.HtmlDecode(Regex.Replace(body, "<[^>]+>", " "));
        return Regex.Replace(text, @"\s+", " ");
    }
}
