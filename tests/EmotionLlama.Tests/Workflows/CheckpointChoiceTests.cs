using EmotionLlama.Workflows;

namespace EmotionLlama.Tests.Workflows;

/// <summary>The checkpoints of a run's folder, by epoch.</summary>
public sealed class CheckpointChoiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public CheckpointChoiceTests()
    {
        foreach (var name in (string[])["checkpoint_9", "checkpoint_25", "checkpoint_27", "checkpoint_29", "checkpoint_best"])
            _folder.Write($"{name}.pth", []);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Files_are_taken_as_they_are() => Assert.Equal(["a.pth", "b.pth"], CheckpointChoice.Find(["a.pth", "b.pth"], [], null));

    [Fact]
    public void Epochs_name_their_checkpoints() => Assert.Equal(
        [_folder["checkpoint_25.pth"], _folder["checkpoint_29.pth"]], CheckpointChoice.Find([_folder.Location], [25, 29], null));

    [Fact]
    public void The_last_ones_are_those_of_the_highest_epochs() => Assert.Equal(
        [_folder["checkpoint_25.pth"], _folder["checkpoint_27.pth"], _folder["checkpoint_29.pth"]],
        CheckpointChoice.Find([_folder.Location], [], 3));

    [Fact]
    public void What_is_not_there_is_refused_with_what_is()
    {
        Assert.Contains("epochs 9, 25, 27, 29", Refusal([_folder.Location], [26], null));
        Assert.Contains("--last 5", Refusal([_folder.Location], [], 5));
        Assert.Contains("--last 0", Refusal([_folder.Location], [], 0));
        Assert.Contains("one of them", Refusal([_folder.Location], [9], 2));
        Assert.Contains("a.pth", Refusal(["a.pth", "b.pth"], [9], null));
        Directory.CreateDirectory(_folder["empty"]);
        Assert.Contains("has no checkpoint", Refusal([_folder["empty"]], [9], null));
    }

    private static string Refusal(string[] paths, int[] epochs, int? last) =>
        Assert.Throws<InputException>(() => CheckpointChoice.Find(paths, epochs, last)).Message;
}
