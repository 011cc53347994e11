using EmotionLlama.Datasets;
using EmotionLlama.Models;
using EmotionLlama.Tests.Models;
using EmotionLlama.Tokenization;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Generation;

/// <summary>A tiny model with clips to ask it about.</summary>
internal sealed class TinyModel : IDisposable
{
    private readonly List<ClipSample> _clips = [];

    public TinyModel(int maxPositions = 256)
    {
        Config = TinyModels.Config with { MaxPositions = maxPositions };
        Model = TinyModels.Create(config: Config);
        Prompts = TinyModels.Prompts(Model);
    }

    public LlamaConfig Config { get; }

    public PromptBuilder Prompts { get; }

    public EmotionLlamaModel Model { get; }

    /// <summary>Embeddings of random prompts, one behind the other: <c>[tokens, hidden]</c>.</summary>
    public Tensor RandomPrompts(params IEnumerable<int> lengths) =>
        TinyModels.Normal([lengths.Sum(), Config.HiddenSize], 1, 7);

    /// <summary>A clip with random picture and features, disposed with the model.</summary>
    public ClipSample Clip(string name, string words)
    {
        var clip = TinyModels.Clip(name.Length) with
        {
            Name = name,
            Instruction = $"<video><VideoHere></video> <feature><FeatureHere></feature> {words}",
            Answer = "",
        };
        _clips.Add(clip);
        return clip;
    }

    public void Dispose()
    {
        Model.Dispose();
        foreach (var clip in _clips)
            clip.Dispose();
    }
}
