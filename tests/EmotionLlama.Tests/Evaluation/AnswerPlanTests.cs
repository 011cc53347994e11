using EmotionLlama.Evaluation;

namespace EmotionLlama.Tests.Evaluation;

public sealed class AnswerPlanTests
{
    private readonly AnswerPlan _plan = new([5, 9, 5, 7, 9], batchSize: 2);

    [Fact]
    public void The_longest_prompts_come_first_and_equal_ones_in_their_order() =>
        Assert.Equal([1, 4, 3, 0, 2], _plan.Order);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 4)]
    [InlineData(5, 5)]
    public void Only_whole_batches_count_and_the_last_one_may_be_small(int answers, int whole) =>
        Assert.Equal(whole, _plan.InWholeBatches(answers));

    [Theory]
    [InlineData(0, "0:1,4 1:3,0 2:2")]
    [InlineData(2, "1:3,0 2:2")]
    [InlineData(4, "2:2")]
    [InlineData(5, "")]
    public void What_is_left_has_the_batches_of_the_whole(int answered, string expected) =>
        Assert.Equal(
            expected,
            string.Join(' ', _plan.Rest(answered).Select(batch => $"{batch.Number}:{string.Join(',', batch.Clips)}")));
}
