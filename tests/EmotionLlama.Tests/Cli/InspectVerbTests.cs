using System.Text.Json;
using EmotionLlama.Cli;
using EmotionLlama.Tests.Verification;

namespace EmotionLlama.Tests.Cli;

public sealed class InspectVerbTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task People_see_what_it_is_good_for_and_the_first_tensors()
    {
        Assert.Equal(0, await RunAsync("inspect", Reference("checkpoint_0.pth")));

        var text = _output.ToString();
        Assert.Contains("rank 8 on q_proj, v_proj in 2 layers", text, StringComparison.Ordinal);
        Assert.Contains("model.ckpt", text, StringComparison.Ordinal);
        Assert.DoesNotContain("cls_tk_llama_proj.bias", text, StringComparison.Ordinal);
        Assert.Contains("and 2 more; --all lists them", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_tensors_are_listed_on_request()
    {
        Assert.Equal(0, await RunAsync("inspect", Reference("checkpoint_0.pth"), "--all"));

        Assert.Contains("cls_tk_llama_proj.bias", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("--all", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Machines_get_all_of_it_as_JSON()
    {
        Assert.Equal(0, await RunAsync("inspect", Reference("llama"), "--json"));

        var report = JsonDocument.Parse(_output.ToString()).RootElement;
        Assert.Equal("hugging_face_folder", report.GetProperty("kind").GetString());
        Assert.Equal("llama", report.GetProperty("uses")[0].GetString());
        Assert.Equal(69_280, report.GetProperty("parameters").GetInt64());
        var tensor = report.GetProperty("tensors")[0];
        Assert.Equal("lm_head.weight", tensor.GetProperty("name").GetString());
        Assert.Equal([700, 32], tensor.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()));
    }

    [Theory]
    [InlineData("pickle_hostile.pth", "refuses to load `posix.system`")]
    [InlineData("no such file.pth", "no such file")]
    [InlineData("samples.json", "is not a safetensors file")]
    [InlineData("", "holds no weights")]
    public async Task What_cannot_be_inspected_is_one_line_and_exit_code_2(string name, string message)
    {
        Assert.Equal(2, await RunAsync("inspect", Reference(name)));

        Assert.Empty(_output.ToString());
        Assert.Contains(message, Assert.Single(_error.ToString().TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    private static string Reference(string name) => Path.Combine(ReferenceCopy.Committed, name);

    private Task<int> RunAsync(params string[] args) =>
        CliApp.RunAsync(args, _output, _error, TestContext.Current.CancellationToken);
}
