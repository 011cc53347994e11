using System.Text.Json;
using EmotionLlama.Cli;
using EmotionLlama.Tests.Verification;

namespace EmotionLlama.Tests.Cli;

public sealed class VerifyVerbTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_folder_that_is_reproduced_exits_with_0()
    {
        Assert.Equal(0, await RunAsync("verify", SharedData.Require("parity"), "--json"));

        Assert.True(JsonDocument.Parse(_output.ToString()).RootElement.GetProperty("passed").GetBoolean());
    }

    [Fact]
    public async Task Each_check_is_an_object_of_the_JSON_and_a_failed_one_exits_with_1()
    {
        Assert.Equal(1, await RunAsync("verify", FolderWithATokenizer(), "--json"));

        var report = JsonDocument.Parse(_output.ToString()).RootElement;
        Assert.False(report.GetProperty("passed").GetBoolean());
        Assert.Equal("whisper", report.GetProperty("not_covered")[0].GetString());
        var checks = report.GetProperty("checks").EnumerateArray().ToDictionary(
            check => check.GetProperty("name").GetString()!);
        var passed = checks["tokenizer_ids"];
        Assert.True(passed.GetProperty("passed").GetBoolean());
        Assert.Equal(0, passed.GetProperty("max_error").GetDouble());
        Assert.Equal(0, passed.GetProperty("tolerance").GetDouble());
        Assert.Equal(JsonValueKind.Null, passed.GetProperty("message").ValueKind);
        var failed = checks["grads"];
        Assert.False(failed.GetProperty("passed").GetBoolean());
        Assert.Equal(JsonValueKind.Null, failed.GetProperty("max_error").ValueKind);
        Assert.Equal(1e-4, failed.GetProperty("tolerance").GetDouble());
        Assert.Contains(
            "checkpoint_0.pth: is missing", failed.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task People_see_a_table_and_how_many_checks_passed()
    {
        Assert.Equal(1, await RunAsync("verify", FolderWithATokenizer()));

        var text = _output.ToString();
        Assert.Contains("pickle_hostile", text, StringComparison.Ordinal);
        Assert.Matches(@"(?<![0-9])2 of [0-9]{2} checks passed", text);
        Assert.Contains("not covered yet: whisper", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_exits_with_2()
    {
        Assert.Equal(2, await RunAsync("verify", "/no/such/folder", "--json"));

        Assert.Empty(_output.ToString());
        Assert.Contains("/no/such/folder: no such folder", _error.ToString(), StringComparison.Ordinal);
    }

    private string FolderWithATokenizer()
    {
        foreach (var name in (string[])["tokenizer.model", "tokenizer_cases.json"])
            _folder.Write(name, File.ReadAllBytes(Path.Combine(ReferenceCopy.Committed, name)));

        Directory.CreateDirectory(_folder["whisper"]);
        return _folder.Location;
    }

    private Task<int> RunAsync(params string[] args) =>
        CliApp.RunAsync(args, _output, _error, TestContext.Current.CancellationToken);
}
