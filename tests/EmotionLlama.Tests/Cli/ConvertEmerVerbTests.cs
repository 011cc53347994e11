using System.Globalization;
using EmotionLlama.Pretraining;

namespace EmotionLlama.Tests.Cli;

/// <summary>The way of real annotations: EMER's rows become MERR files, which tune the tiny model.</summary>
[Collection(SharedGenerator.Name)]
public sealed class ConvertEmerVerbTests : IDisposable
{
    private const int RowsWithoutSubtitle = 7;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_data_report_names_the_rows_without_a_subtitle()
    {
        var conversion = await ConvertAsync();
        Assert.Equal(80, conversion.Json.GetProperty("training_clips").GetInt32());
        Assert.Equal(20, conversion.Json.GetProperty("held_out_clips").GetInt32());
        var expected = conversion.Json.GetProperty("without_subtitle").EnumerateArray()
            .Select(name => name.GetString()!).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(RowsWithoutSubtitle, expected.Count);

        var dryRun = await CliRun.Of("train", "--dry-run", "--json", "--cfg-path", WriteRecipe());

        Assert.Equal(0, dryRun.Code);
        Assert.Equal(
            expected,
            dryRun.Json.GetProperty("data").EnumerateArray()
                .SelectMany(report => report.GetProperty("with_empty_transcript").EnumerateArray())
                .Select(name => name.GetString()!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Its_rows_lower_the_tiny_models_loss_on_held_out_ones()
    {
        Assert.Equal(0, (await ConvertAsync()).Code);

        var run = await CliRun.Of("train", "--json", "--cfg-path", WriteRecipe());

        Assert.Equal(0, run.Code);
        var outcome = Assert.Single(run.Events("done"));
        var first = outcome.GetProperty("validation_loss_first").GetDouble();
        Assert.InRange(outcome.GetProperty("validation_loss_last").GetDouble(), 0, 0.7 * first);
    }

    [Fact]
    public async Task It_says_what_it_did_to_people()
    {
        var run = await CliRun.Of("convert-emer", Rows(), _folder["emer"], "--held-out", "20");

        Assert.Equal(0, run.Code);
        Assert.Contains("80 rows to learn from", run.Output, StringComparison.Ordinal);
        Assert.Contains($"without a subtitle ({RowsWithoutSubtitle})", run.Output, StringComparison.Ordinal);
    }

    private Task<CliRun> ConvertAsync() =>
        CliRun.Of("convert-emer", Rows(), _folder["emer"], "--held-out", "20", "--json");

    private static string Rows() => SharedData.Require("data", "emer", "emer-v1-english.csv");

    private string WriteRecipe()
    {
        var tiny = TinyModel.Shipped;
        File.WriteAllText(_folder["recipe.yaml"], string.Create(CultureInfo.InvariantCulture, $"""
            model:
              llama_model: {tiny.LlamaFolder}
              vit_model: {tiny.VisionFile}
              image_size: 112
              lora_r: 16
              lora_alpha: 32
              lora_target_modules: [q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj]
            datasets:
              emer:
                batch_size: 4
                build_info:
                  ann_path: {Path.Combine(_folder["emer"], "train.txt")}
                validation_file: held_out.txt
                task_pool: [reason_v2]
                withhold: [face, voice]
            run:
              init_lr: 3e-3
              min_lr: 3e-4
              warmup_steps: 5
              max_epoch: 1
              iters_per_epoch: 24
              num_workers: 1
              device: cpu
              sample_answers_interval: 0
              output_dir: {_folder["output"]}
            """));
        return _folder["recipe.yaml"];
    }
}
