using EmotionLlama.Runtime;
using static TorchSharp.torch;

Console.WriteLine(LibTorch.Load());
Console.WriteLine(arange(10).sum().item<long>());
