using EmotionLlama.Checkpoints;
using EmotionLlama.Checkpoints.Averaging;
using EmotionLlama.Checkpoints.Inspection;
using EmotionLlama.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints.Averaging;

/// <summary>Averages of checkpoints, against figures computed by hand.</summary>
[Collection(SharedGenerator.Name)]
public sealed class AveragingTests : IDisposable
{
    private const string Lora = "llama_model.base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight";

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_average_of_two_is_the_mean_of_every_value()
    {
        var report = Average([Save("a.pth", [1, 2, 3]), Save("b.pth", [3, -2, 8])]);

        Assert.Equal([2, 0, 5.5f], Values("out.pth"));
        Assert.Equal(("uniform", 1, 3L), (report.Method, report.Tensors, report.Parameters));
        Assert.Equal([0.5, 0.5], report.Contributions.Select(part => part.Share));
        Assert.Equal([25L, 25L], report.Contributions.Select(part => part.Epoch));
        Assert.All(report.Contributions, part => Assert.Equal(Math.Sqrt(1 + 4 + 6.25), part.Distance, 1e-9));
        Assert.Equal(Math.Sqrt(14), report.Contributions[0].Norm, 1e-9);
        var pair = Assert.Single(report.Pairs);
        Assert.Equal(Math.Sqrt(4 + 16 + 25), pair.Distance, 1e-9);
        Assert.Equal((3 - 4 + 24) / Math.Sqrt(14 * 77), pair.Cosine, 1e-9);
    }

    [Fact]
    public void Weights_need_not_add_up_to_one()
    {
        var report = Average([Save("a.pth", [0]), Save("b.pth", [4]), Save("c.pth", [8])], [1, 2, 1]);

        Assert.Equal([4], Values("out.pth"));
        Assert.Equal([0.25, 0.5, 0.25], report.Contributions.Select(part => part.Share));
    }

    [Fact]
    public void It_is_computed_in_float64_and_given_in_float32()
    {
        // In float32, 16777216 + 1 is 16777216.
        Average([Save("a.pth", [16777216]), Save("b.pth", [1]), Save("c.pth", [1]), Save("d.pth", [-16777216])]);

        Assert.Equal([0.5f], Values("out.pth"));
        using var average = TorchCheckpoint.Open(_folder["out.pth"]);
        Assert.Equal("float32", average.Describe(Lora)!.DataType);
    }

    [Fact]
    public void Weights_of_half_precision_are_averaged_too()
    {
        var half = SaveTensors("a.pth", ("x", tensor(new[] { 1f, 3f }).to(ScalarType.BFloat16)));
        Average([half, SaveTensors("b.pth", ("x", tensor(new[] { 2f, 6f })))]);

        Assert.Equal([1.5f, 4.5f], Values("out.pth", "x"));
    }

    [Fact]
    public void Safetensors_and_newer_names_of_peft_go_together_with_checkpoints()
    {
        var newer = Lora.Replace(".lora_A.", ".lora_A.default.", StringComparison.Ordinal);
        SafetensorsWriter.Write(_folder["a.safetensors"], new Dictionary<string, Tensor> { [newer] = tensor(new[] { 2f }) });
        Average([_folder["a.safetensors"], Save("b.pth", [4])]);

        Assert.Equal([3], Values("out.pth"));
    }

    [Fact]
    public void Optimizer_and_position_are_left_out_and_inspect_says_what_it_is()
    {
        Average([Save("a.pth", [1]), Save("b.pth", [2])], [1, 3]);

        var report = WeightInspector.Inspect(_folder["out.pth"]);

        Assert.Equal(["model", "config", "emotion_llama_average"], report.Entries);
        Assert.Null(report.OptimizerStates);
        Assert.Equal([WeightUse.StartingPoint], report.Uses);
        Assert.Equal([new AveragePart("a.pth", 25, 0.25), new AveragePart("b.pth", 25, 0.75)], report.AverageOf);
        Assert.Contains(report.Missing, line => line.Contains("averages do not have", StringComparison.Ordinal));
        Assert.Equal("llama", report.Config!["model"]!["llama_model"]!.GetValue<string>());
        Assert.Empty(WeightInspector.Inspect(_folder["a.pth"]).AverageOf);
    }

    [Fact]
    public void Far_apart_checkpoints_are_averaged_with_a_note()
    {
        Assert.Contains("cosine 0.00", Assert.Single(Average([Save("a.pth", [1, 0]), Save("b.pth", [0, 1])]).Notes));
        Assert.Empty(Average([Save("a.pth", [1, 0]), Save("b.pth", [1, 0.1f])]).Notes);
    }

    [Fact]
    public void A_missing_or_further_tensor_is_named_with_its_file()
    {
        var two = SaveTensors("a.pth", ("x", ones(1)), ("y", ones(1)));
        var one = SaveTensors("b.pth", ("x", ones(1)));

        AssertRefused([two, one], one, "lacks the tensor 'y'", two);
        AssertRefused([one, two], two, "has the tensor 'y'", one);
    }

    [Fact]
    public void Another_rank_is_refused()
    {
        var first = SaveTensors("a.pth", (Lora, ones(8, 4)));
        var second = SaveTensors("b.pth", (Lora, ones(16, 4)));

        AssertRefused([first, second], second, Lora, "[16, 4]", "[8, 4]", "another LoRA rank");
    }

    [Theory]
    [InlineData("llama_model", "other/llama-13b")]
    [InlineData("vit_model", "eva_vit_x.pth")]
    [InlineData("lora_alpha", 32.0)]
    [InlineData("lora_r", 8L)]
    public void Another_base_or_recipe_of_the_model_is_refused(string key, object value)
    {
        var first = Save("a.pth", [1]);
        var second = Save("b.pth", [1], (key, value));

        AssertRefused([first, second], second, $"model.{key}");
    }

    [Fact]
    public void The_same_base_in_another_place_is_not_another_base()
    {
        Average([Save("a.pth", [1]), Save("b.pth", [3], ("llama_model", "/elsewhere/llama/"))]);

        Assert.Equal([2], Values("out.pth"));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Values_that_are_not_finite_are_refused_and_nothing_is_written(float value)
    {
        var broken = Save("b.pth", [1, value]);

        AssertRefused([Save("a.pth", [1, 2]), broken], broken, Lora, "not finite");
    }

    [Fact]
    public void One_checkpoint_twice_the_same_and_a_missing_one_are_refused()
    {
        var only = Save("a.pth", [1]);

        AssertRefused([only], "at least two");
        AssertRefused([only, only], only, "2 times");
        AssertRefused([only, _folder["b.pth"]], _folder["b.pth"], "no such file");
        AssertRefused([only, _folder.Path], _folder.Path, "--epochs");
    }

    [Fact]
    public void Impossible_weights_and_outputs_are_refused()
    {
        string[] files = [Save("a.pth", [1]), Save("b.pth", [1])];
        using var set = CheckpointSet.Open(files);

        Assert.Contains("3 weights for 2", Refusal(() => CheckpointAverager.Average(set, [1, 2, 3], _folder["out.pth"], Stop)));
        Assert.Contains("0 is no weight", Refusal(() => CheckpointAverager.Average(set, [1, 0], _folder["out.pth"], Stop)));
        Assert.Contains(
            "NaN is no weight",
            Refusal(() => CheckpointAverager.Average(set, [double.NaN, 1], _folder["out.pth"], Stop)));
        Assert.Contains("one of the checkpoints", Refusal(() => CheckpointAverager.Average(set, null, files[1], Stop)));
        Assert.Contains("no average", Refusal(() => CheckpointAverager.Average(set, null, Save("c.pth", [1]), Stop)));
        Assert.Contains("is a folder", Refusal(() => CheckpointAverager.Average(set, null, _folder.Path, Stop)));
    }

    [Fact]
    public void A_greedy_soup_adds_only_what_helps()
    {
        // The best value is 5: 4 alone is best; with 7 the mean is 5.5, better; with 1 as well it would be 4, worse.
        using var set = CheckpointSet.Open([Save("a.pth", [1]), Save("b.pth", [7]), Save("c.pth", [4])]);

        var report = CheckpointAverager.Cook(set, "distance", higherIsBetter: false, Distance, _folder["out.pth"], Stop);

        Assert.Equal([_folder["c.pth"], _folder["b.pth"], _folder["a.pth"]], report.Soup.Select(step => step.File));
        Assert.Equal([true, true, false], report.Soup.Select(step => step.Added));
        Assert.Equal([1, 0.5, 1], report.Soup.Select(step => step.After));
        Assert.Equal([null, 1, 0.5], report.Soup.Select(step => step.Before));
        Assert.Equal([1, 2, 4], report.Soup.Select(step => step.Alone));
        Assert.Equal([0, 0.5, 0.5], report.Contributions.Select(part => part.Share));
        Assert.Equal([5.5f], Values("out.pth"));
        Assert.Equal(["b.pth", "c.pth"], WeightInspector.Inspect(_folder["out.pth"]).AverageOf.Select(part => part.File));
    }

    [Fact]
    public void A_greedy_soup_takes_the_average_that_is_as_good_and_knows_which_way_is_better()
    {
        using var set = CheckpointSet.Open([Save("a.pth", [3]), Save("b.pth", [3]), Save("c.pth", [9])]);

        var same = CheckpointAverager.Cook(set, "m", higherIsBetter: true, weights => -Distance(weights), _folder["out.pth"], Stop);
        var worst = CheckpointAverager.Cook(set, "m", higherIsBetter: true, Distance, _folder["far.pth"], Stop);

        // 3, 3 and 9 have the mean 5.
        Assert.Equal([true, true, true], same.Soup.Select(step => step.Added));
        Assert.Equal([5], Values("out.pth"));
        Assert.Equal([9], Values("far.pth"));
        Assert.Equal([false, false, true], worst.Contributions.Select(part => part.Share > 0));
    }

    [Fact]
    public void A_metric_that_is_no_number_ends_the_soup()
    {
        using var set = CheckpointSet.Open([Save("a.pth", [3]), Save("b.pth", [4])]);

        Assert.Contains("NaN", Refusal(() => CheckpointAverager.Cook(
            set, "m", higherIsBetter: true, _ => double.NaN, _folder["out.pth"], Stop)));
        Assert.False(File.Exists(_folder["out.pth"]));
    }

    [Fact]
    public void Averaging_keeps_no_tensor()
    {
        string[] files = [Save("a.pth", [1, 2]), Save("b.pth", [3, 4])];
        _scope.Dispose();
        Average(files);
        var before = LiveTensors.CountBefore();
        Average(files);

        Assert.Equal(before, LiveTensors.Count);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static double Distance(IWeightSource weights)
    {
        using var value = weights.Read(Lora);
        return Math.Abs(value.item<float>() - 5);
    }

    private AveragingReport Average(string[] files, double[]? weights = null)
    {
        using var set = CheckpointSet.Open(files);
        return CheckpointAverager.Average(set, weights, _folder["out.pth"], Stop);
    }

    private void AssertRefused(string[] files, params string[] parts)
    {
        var message = Refusal(() => Average(files));
        Assert.DoesNotContain('\n', message);
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.False(File.Exists(_folder["out.pth"]));
    }

    private static string Refusal(Action action) => Assert.Throws<InputException>(action).Message;

    private float[] Values(string file, string name = Lora)
    {
        using var checkpoint = TorchCheckpoint.Open(_folder[file]);
        using var values = checkpoint.Read(name);
        return values.data<float>().ToArray();
    }

    private string Save(string name, float[] values, params (string Key, object Value)[] model)
    {
        var section = new Dictionary<string, object?>
        {
            ["llama_model"] = "llama",
            ["vit_model"] = "models/eva_vit_g.pth",
            ["lora_r"] = 4L,
            ["lora_alpha"] = 16.0,
            ["lora_target_modules"] = new List<object?> { "q_proj" },
        };
        foreach (var (key, value) in model)
            section[key] = value;

        TorchCheckpointWriter.Save(_folder[name], new Dictionary<string, object?>
        {
            ["model"] = new Dictionary<string, object?> { [Lora] = tensor(values) },
            ["optimizer"] = new Dictionary<string, object?> { ["state"] = new Dictionary<string, object?>() },
            ["config"] = new Dictionary<string, object?> { ["model"] = section },
            ["epoch"] = 25L,
        });
        return _folder[name];
    }

    private string SaveTensors(string name, params (string Name, Tensor Value)[] tensors)
    {
        TorchCheckpointWriter.Save(_folder[name], new Dictionary<string, object?>
        {
            ["model"] = tensors.ToDictionary(entry => entry.Name, entry => (object?)entry.Value),
        });
        return _folder[name];
    }
}
