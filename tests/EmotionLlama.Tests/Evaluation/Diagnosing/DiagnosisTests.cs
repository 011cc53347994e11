using EmotionLlama.Configuration;
using EmotionLlama.Evaluation.Diagnosing;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Tests.Evaluation.Diagnosing;

public sealed class DiagnosisTests
{
    private static readonly Recipe Plain = new()
    {
        Model = new ModelRecipe(),
        Datasets = new Dictionary<string, DatasetRecipe> { ["merr"] = new() },
    };

    [Fact]
    public void A_healthy_run_has_no_trouble()
    {
        var findings = Diagnosis.Of(Runs.Healthy, Plain).Findings;

        Assert.Equal(Enum.GetValues<Trouble>(), findings.Select(finding => finding.Trouble));
        Assert.All(findings, finding => Assert.Equal(FindingState.Absent, finding.State));
        Assert.All(findings, finding => Assert.Empty(finding.Advice));
        Assert.All(findings, finding => Assert.DoesNotContain(finding.Figures, figure => figure.Exceeded
            && figure.Name != "evaluations since the lowest"));
    }

    [Fact]
    public void Of_a_run_without_evaluations_nothing_is_known_and_it_says_what_to_set()
    {
        var findings = Diagnosis.Of([], Plain).Findings;

        Assert.All(findings, finding => Assert.Equal(FindingState.NotMeasured, finding.State));
        Assert.All(findings, finding => Assert.Contains("set run.", finding.Summary));
    }

    public static TheoryData<string, AnswerStatistics> GenericTexts => new()
    {
        { "a clue is missing", Runs.GoodTexts with { WithoutClue = 0.31 } },
        { "too short", Runs.GoodTexts with { Words = 22 } },
        { "all alike", Runs.GoodTexts with { Distinct2 = 0.34 } },
    };

    [Theory]
    [MemberData(nameof(GenericTexts))]
    public void Answers_without_clues_far_too_short_or_all_alike_are_generic(string why, AnswerStatistics texts)
    {
        var found = Assert.Single(
            Diagnosis.Of(Runs.Healthy.From(4, at => at with { Texts = texts }), Plain).Found);

        Assert.Equal(Trouble.GenericAnswers, found.Trouble);
        Assert.True(found.Figures.Count(figure => figure.Exceeded) == 1, why);
        Assert.Contains("lower run.init_lr from 1e-06 to 5e-07", found.Advice.Select(advice => advice.Text));
        Assert.Contains("raise run.max_epoch from 30 to 45", found.Advice.Select(advice => advice.Text));
        Assert.Contains(
            "set datasets.merr.task_pool: {emotion: 1, reason_v2: 1}", found.Advice.Select(advice => advice.Text));
    }

    [Fact]
    public void A_held_out_loss_that_rises_while_the_training_loss_falls_is_overfitting()
    {
        var found = Assert.Single(Diagnosis.Of(Runs.Overfitted, Plain).Found);

        Assert.Equal(Trouble.Overfitting, found.Trouble);
        Assert.Contains("2.6 after epoch 4, is 18.2 % above its lowest, 2.2 after epoch 1", found.Summary);
        Assert.Contains("the training loss went from 2 to 0.5", found.Summary);
        Assert.Equal(
            [
                "set run.save_best: true",
                "set run.early_stopping.patience: 3",
                "raise run.weight_decay from 0.05 to 0.1",
                "raise model.lora_dropout from 0.05 to 0.1",
                "set datasets.merr.enable_augmentation: true",
                "use the checkpoint of epoch 1",
            ],
            found.Advice.Select(advice => advice.Text));
    }

    [Fact]
    public void A_held_out_loss_that_wavers_is_not()
    {
        // 4 % above; one evaluation above; above with the training loss, which is no gap that grows.
        Assert.Empty(Diagnosis.Of(Runs.Of((3, 3), (2, 2), (2.1, 1.5), (2.08, 1)), Plain).Found);
        Assert.Empty(Diagnosis.Of(Runs.Of((3, 3), (2, 2), (2.6, 1.5)), Plain).Found);
        Assert.Empty(Diagnosis.Of(Runs.Of((3, 3), (2, 2), (2.6, 2.7), (2.5, 2.6)), Plain).Found);
    }

    [Theory]
    [InlineData(1.5, 0.8)]
    [InlineData(0.6, 2.4)]
    public void Scores_that_spread_as_far_as_the_published_systems_are_inconsistent_reasoning(double clues, double labels)
    {
        var recipe = Plain with
        {
            EvaluationDatasets = new Dictionary<string, EvaluationDatasetRecipe>
            {
                ["emer"] = new() { EvalFilePath = "", ImgPath = "" },
                ["mer"] = new() { EvalFilePath = "", ImgPath = "", DoSample = true },
            },
        };
        var history = Runs.Healthy.From(4, at => at with { ClueSpread = clues, LabelSpread = labels });

        var found = Assert.Single(Diagnosis.Of(history, recipe).Found);

        Assert.Equal(Trouble.InconsistentReasoning, found.Trouble);
        Assert.Equal(
            [
                "raise run.max_epoch from 30 to 45", "set evaluation_datasets.emer.num_beams: 4",
                "lower evaluation_datasets.mer.temperature from 1 to 0.2",
            ],
            found.Advice.Select(advice => advice.Text));
    }

    [Fact]
    public void Advice_begins_with_the_values_of_the_recipe_and_leaves_out_what_is_done()
    {
        var recipe = new Recipe
        {
            Model = new ModelRecipe { LoraDropout = 0.5 },
            Datasets = new Dictionary<string, DatasetRecipe>
            {
                ["merr"] = new()
                {
                    EnableAugmentation = true,
                    TaskPool = new Dictionary<string, double> { ["reason_v2"] = 1 },
                },
            },
            Run = new RunRecipe
            {
                SaveBest = true,
                EarlyStopping = new EarlyStoppingRecipe { Patience = 2 },
                WeightDecay = 0,
                Stages = [new StageRecipe { Name = "2.1", FirstEpoch = 0, EndEpoch = 30, InitLr = 1e-5 }],
            },
        };

        Assert.Equal(
            ["raise run.weight_decay from 0 to 0.05", "use the checkpoint of epoch 1"],
            AdviceFor(Runs.Overfitted));
        Assert.Equal(
            "lower run.stages.0.init_lr from 1e-05 to 5e-06",
            AdviceFor(Runs.Healthy.From(0, at => at with { Texts = Runs.GoodTexts with { Words = 1 } }))[0]);

        IReadOnlyList<string> AdviceFor(IReadOnlyList<ValidationMetrics> history) =>
            [.. Assert.Single(Diagnosis.Of(history, recipe).Found).Advice.Select(advice => advice.Text)];
    }

    [Fact]
    public void What_it_advises_can_be_given_as_options()
    {
        using var folder = new TemporaryFolder();
        RecipeWriter.Write(Plain, folder["recipe.yaml"]);
        var history = Runs.Overfitted.From(
            0, at => at with { Texts = Runs.GoodTexts with { Words = 1 }, ClueSpread = 3 });
        var advice = Diagnosis.Of(history, Plain).Found.SelectMany(finding => finding.Advice).ToList();

        var changed = RecipeReader.Read(
            folder["recipe.yaml"],
            [.. advice.Where(one => one.Key is not null).Select(one => $"{one.Key}={one.Value}")]).Recipe;

        Assert.Equal(5e-7, changed.Run.InitLr);
        Assert.Equal((0.1, 0.1, 45), (changed.Run.WeightDecay, changed.Model.LoraDropout, changed.Run.MaxEpoch));
        Assert.Equal((true, 3), (changed.Run.SaveBest, changed.Run.EarlyStopping.Patience));
        Assert.Equal(1, changed.Datasets["merr"].TaskPool["reason_v2"]);
        Assert.True(changed.Datasets["merr"].EnableAugmentation);
    }

    [Fact]
    public void A_trouble_becomes_clear_once_in_the_second_evaluation_that_shows_it()
    {
        var history = Runs.Healthy.From(2, at => at with { ClueSpread = 3 });

        Assert.Equal(
            [0, 0, 0, 1, 0],
            Enumerable.Range(1, 5).Select(count => Diagnosis.NewlyClear([.. history.Take(count)], Plain).Count));
    }

    [Fact]
    public void The_file_holds_all_of_it()
    {
        using var folder = new TemporaryFolder();
        var diagnosis = Diagnosis.Of(Runs.Overfitted, Plain);

        DiagnosisFile.Write(folder["diagnosis.json"], diagnosis);

        Assert.Contains("\"trouble\": \"overfitting\"", File.ReadAllText(folder["diagnosis.json"]));
        Assert.Equivalent(diagnosis, DiagnosisFile.Read(folder["diagnosis.json"]), strict: true);
        File.WriteAllText(folder["diagnosis.json"], "{");
        Assert.Throws<InputException>(() => DiagnosisFile.Read(folder["diagnosis.json"]));
        Assert.Throws<InputException>(() => DiagnosisFile.Read(folder["none.json"]));
        Assert.Throws<InputException>(() => DiagnosisFile.Read(folder.Location));
    }
}
