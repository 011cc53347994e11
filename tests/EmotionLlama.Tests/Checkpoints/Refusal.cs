namespace EmotionLlama.Tests.Checkpoints;

/// <summary>Bad input must be refused in one line that says what is wrong.</summary>
internal static class Refusal
{
    public static string Of(Func<object?> action)
    {
        var message = Assert.Throws<InputException>(action).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    public static void Says(string expected, Func<object?> action) =>
        Assert.Contains(expected, Of(action), StringComparison.Ordinal);
}
