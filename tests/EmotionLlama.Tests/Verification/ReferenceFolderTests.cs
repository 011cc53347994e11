using EmotionLlama.Verification;

namespace EmotionLlama.Tests.Verification;

public sealed class ReferenceFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_that_is_not_there_is_refused()
    {
        var error = Assert.Throws<InputException>(() => ReferenceFolder.Open(_folder["none"]));

        Assert.Equal($"{_folder["none"]}: no such folder; give a folder of reference numbers", error.Message);
    }

    [Fact]
    public void A_file_and_a_folder_of_something_else_are_refused()
    {
        var file = _folder.Write("file", [1]);

        Assert.Contains("is a file", Assert.Throws<InputException>(() => ReferenceFolder.Open(file)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "is no folder of reference numbers",
            Assert.Throws<InputException>(() => ReferenceFolder.Open(_folder.Location)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_trained_checkpoint_is_the_one_with_the_largest_number()
    {
        foreach (var name in (string[])["0", "2", "10", "0_legacy_format", "latest"])
            _folder.Write($"checkpoint_{name}.pth", []);

        Assert.Equal(_folder["checkpoint_10.pth"], ReferenceFolder.Open(_folder.Location).LastCheckpoint);
    }

    [Fact]
    public void A_folder_without_a_trained_checkpoint_says_so()
    {
        _folder.Write("checkpoint_0.pth", []);

        Assert.Contains(
            "no checkpoint_N.pth of a trained model",
            Assert.Throws<InputException>(() => ReferenceFolder.Open(_folder.Location).LastCheckpoint).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_samples_of_a_batch_stand_in_the_name_of_its_loss()
    {
        _folder.Write("expected.json", """
            {
              "lora": { "r": 4, "alpha": 8 },
              "dims": { "hidden": 1, "layers": 1, "heads": 1, "image": 1,
                        "vit": { "embed_dim": 1, "depth": 1, "heads": 1, "mlp_hidden": 5, "patch": 1 } },
              "loss_batch_3_11": 6.5
            }
            """u8.ToArray());

        var expected = ReferenceFolder.Open(_folder.Location).Expected;

        Assert.Equal([3, 11], expected.Batch);
        Assert.Equal(("loss_batch_3_11", 6.5), expected.BatchLosses.Select(loss => (loss.Name, loss.Loss)).Single());
    }

    [Theory]
    [InlineData("greedy", 1, 1.0, 1.0)]
    [InlineData("greedy_rep1.2", 1, 1.2, 1.0)]
    [InlineData("beam4", 4, 1.0, 1.0)]
    [InlineData("beam3_len0.6", 3, 1.0, 0.6)]
    [InlineData("beam12_rep2_len-1", 12, 2.0, -1.0)]
    public void The_name_of_an_answer_says_how_it_is_searched(string name, int beams, double repetition, double length)
    {
        var settings = GenerationChecks.ParseSearch(name, maxNewTokens: 24);

        Assert.Equal((beams, repetition, length), (settings.Beams, settings.RepetitionPenalty, settings.LengthPenalty));
        Assert.Equal(24, settings.MaxNewTokens);
        Assert.False(settings.DoSample);
    }

    [Theory]
    [InlineData("sampled")]
    [InlineData("beam")]
    [InlineData("greedy_temp0.5")]
    [InlineData("beam4_len")]
    [InlineData("beam4_len1.2.3")]
    public void The_name_of_an_unknown_search_is_refused(string name)
    {
        var error = Assert.Throws<InputException>(() => GenerationChecks.ParseSearch(name, 24));

        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
    }
}
