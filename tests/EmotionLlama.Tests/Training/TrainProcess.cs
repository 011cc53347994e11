using EmotionLlama.Tests.Cli;

namespace EmotionLlama.Tests.Training;

/// <summary>The verb <c>train</c> in a process of its own, which can be killed.</summary>
/// <param name="recipe">The recipe.</param>
/// <param name="options">Further options.</param>
internal sealed class TrainProcess(string recipe, params string[] options)
    : VerbProcess(["train", "--cfg-path", recipe, .. options]);
