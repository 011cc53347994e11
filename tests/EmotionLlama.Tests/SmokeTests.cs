using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Tests;

public class SmokeTests
{
    [Fact]
    public void Libtorch_loads_and_adds()
    {
        LibTorch.Load();
        Assert.Equal(45, arange(10).sum().item<long>());
    }
}
