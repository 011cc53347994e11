using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Runtime;

public sealed class LateNumbersTests
{
    [Fact]
    public void On_a_CPU_they_are_there_at_once_and_stay_what_they_were()
    {
        using var values = tensor((float[])[1, float.NaN, 3]);
        using var numbers = new LateNumbers(values);

        values.zero_();

        Assert.False(numbers.IsLate);
        Assert.Equal([1, float.NaN, 3], numbers.Read());
    }
}
