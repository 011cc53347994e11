using EmotionLlama.Scoring;

namespace EmotionLlama.Tests.Scoring;

public sealed class LabelListTests
{
    [Theory]
    [InlineData("['happy', 'sad']", "happy|sad")]
    [InlineData(" [ \"can't wait\" ,'it\\'s', ] ", "can't wait|it's")]
    [InlineData("['caf\\u00e9', 'a\\x62c', 'back\\\\slash', 'od\\d']", "café|abc|back\\slash|od\\d")]
    [InlineData("['a, b', ' c ', '']", "a, b|c")]
    [InlineData("[]", "")]
    [InlineData("", "")]
    [InlineData("happy, sad ; shy", "happy|sad|shy")]
    [InlineData("['高兴']", "高兴")]
    public void Python_lists_and_plain_lists_are_read(string field, string expected) =>
        Assert.Equal(expected.Split('|', StringSplitOptions.RemoveEmptyEntries), LabelList.Parse(field));

    [Theory]
    [InlineData("['happy'")]
    [InlineData("['happy")]
    [InlineData("['happy' 'sad']")]
    [InlineData("[happy]")]
    [InlineData("['happy'] x")]
    [InlineData("['\\u12']")]
    [InlineData("['\\")]
    [InlineData("[,]")]
    public void A_malformed_list_is_none(string field) => Assert.Null(LabelList.Parse(field));
}
