using EmotionLlama.Configuration;
using EmotionLlama.Tests.Checkpoints.Exporting;

namespace EmotionLlama.Tests.Cli;

public sealed class ExportVerbTests : IDisposable
{
    private readonly TunedModel _tuned = new();

    public void Dispose() => _tuned.Dispose();

    [Fact]
    public async Task People_see_what_was_written_and_how_to_use_it()
    {
        var run = await ExportAsync("peft");

        Assert.Equal(0, run.Code);
        Assert.Contains(
            "rank 4, alpha 6, dropout 0.25 on q_proj, v_proj, o_proj, down_proj", run.Output, StringComparison.Ordinal);
        Assert.Contains("emotion_llama_projections.safetensors", run.Output, StringComparison.Ordinal);
        Assert.Contains("PeftModel.from_pretrained", run.Output, StringComparison.Ordinal);
        var inspected = await CliRun.Of("inspect", _tuned["out"]);
        Assert.Contains("as model.ckpt it needs model.lora_r: 4", inspected.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Machines_get_the_report_as_JSON()
    {
        var run = await ExportAsync("merged", "--dtype", "bfloat16", "--json");

        Assert.Equal(0, run.Code);
        Assert.Equal("merged", run.Json.GetProperty("format").GetString());
        Assert.Equal(6, run.Json.GetProperty("files").GetArrayLength());
        Assert.Equal(6, run.Json.GetProperty("lora").GetProperty("alpha").GetDouble());
    }

    [Fact]
    public async Task A_recipe_gives_what_the_checkpoint_does_not()
    {
        RecipeWriter.Write(new Recipe { Model = _tuned.Recipe }, _tuned["recipe.yaml"]);
        var bare = _tuned.Save("bare.pth", config: null);

        var run = await CliRun.Of(
            "export", bare, "--format", "merged", "--output", _tuned["out"], "--cfg-path", _tuned["recipe.yaml"],
            "--options", "model.lora_alpha=12");

        Assert.Equal(0, run.Code);
        Assert.Contains("alpha 12, dropout 0.25", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pth", "--dtype: is for --format merged", "--dtype", "float16")]
    [InlineData("pth", "--options: replaces values of a recipe", "--options", "model.lora_r=4")]
    [InlineData("merged", "no such folder", "--llama", "nowhere")]
    [InlineData("gguf", "'gguf' not recognized")]
    public async Task A_mistake_is_one_line_and_exit_code_2(string format, string message, params string[] more)
    {
        var run = await ExportAsync(format, more);

        Assert.Equal(2, run.Code);
        Assert.Contains(message, run.ErrorLine, StringComparison.Ordinal);
        Assert.False(Path.Exists(_tuned["out"]));
    }

    private Task<CliRun> ExportAsync(string format, params string[] more) =>
        CliRun.Of(["export", _tuned.Checkpoint, "--format", format, "--output", _tuned["out"], .. more]);
}
