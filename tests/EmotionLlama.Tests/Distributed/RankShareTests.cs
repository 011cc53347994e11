using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Distributed;
using EmotionLlama.Tests.Datasets;
using EmotionLlama.Tests.Models;
using EmotionLlama.Training;
using EmotionLlama.Workflows;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Distributed;

/// <summary>Work that ranks divide comes out as one process does it.</summary>
public sealed class RankShareTests
{
    [Theory]
    [InlineData(2, 7)]
    [InlineData(3, 2)]
    [InlineData(2, 0)]
    public async Task Every_rank_gets_all_results_in_the_order_of_the_pieces(int size, int pieces)
    {
        var results = await RankThreads.SucceedAsync(size, channel =>
        {
            using var ranks = ProcessGroups.Open(channel, CPU, "");
            var own = 0;
            var all = RankShare.Of(ranks, [.. Enumerable.Range(0, pieces)], piece =>
            {
                own++;
                return $"{piece} squared is {piece * piece}";
            });
            return (all, own);
        });

        Assert.All(results, result => Assert.Equal(
            Enumerable.Range(0, pieces).Select(piece => $"{piece} squared is {piece * piece}"), result.all));
        Assert.Equal(pieces, results.Sum(result => result.own));
    }

    [Fact]
    public async Task The_loss_on_held_out_clips_has_the_bits_of_one_process()
    {
        using var clips = new MerrFolder("happy", "sad", "angry", "neutral", "worried");
        var expected = Measure(new SingleProcess());

        var losses = await RankThreads.SucceedAsync(3, channel =>
        {
            using var ranks = ProcessGroups.Open(channel, CPU, "");
            return Measure(ranks);
        });

        Assert.All(losses, loss => Assert.Equal(expected, loss));

        double Measure(IProcessGroup ranks)
        {
            using var model = TinyModels.Create();
            return ValidationLoss.Measure(
                model,
                MerrDataset.Open("clips", clips.Recipe, TinyModels.ImageSize),
                TinyModels.Prompts(model),
                batchSize: 1,
                ranks,
                TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task What_ranks_were_given_differently_is_named_on_every_rank()
    {
        var ends = await RankThreads.RunAsync(3, channel =>
        {
            using var ranks = ProcessGroups.Open(channel, CPU, "");
            var facts = new Dictionary<string, string> { ["run.seed"] = "1", ["model.ckpt"] = "aa" };
            if (channel.Launch.Rank == 2)
                facts["model.ckpt"] = "bb";

            RankAgreement.Check(ranks, facts);
            return 0;
        });

        Assert.All(ends, end => Assert.Equal(
            "rank 2 has another model.ckpt than rank 0: bb, not aa; give all ranks the same recipe, options and files",
            Assert.IsType<InputException>(end.Error).Message));
    }

    [Fact]
    public void The_facts_of_a_run_are_its_recipe_key_by_key()
    {
        var recipe = new Recipe
        {
            Run = new RunRecipe { Seed = 7 },
            Model = new ModelRecipe { LlamaModel = Path.GetTempPath(), LoraTargetModules = ["q_proj", "o_proj"] },
        };

        using var folder = new TemporaryFolder();
        var facts = RunFacts.Of(recipe with { Model = recipe.Model with { LlamaModel = folder.Location } }, resume: null);

        Assert.Equal("7", facts["run.seed"]);
        Assert.Equal("o_proj", facts["model.lora_target_modules[1]"]);
        Assert.Equal("none", facts["checkpoint to go on from"]);
    }
}
