using EmotionLlama.Datasets;

namespace EmotionLlama.Verification;

/// <summary>What <c>blip_caption</c> makes of answers.</summary>
internal sealed class CaptionChecks : ICheckFamily
{
    /// <inheritdoc/>
    public string Name => "caption_processor";

    /// <inheritdoc/>
    public IEnumerable<ReferenceCheck> ChecksOf(ReferenceFolder folder)
    {
        yield return new(Name, 0, () =>
        {
            var processor = new BlipCaptionProcessor();
            return Deviation.Sum(folder.ReadJson<List<Case>>("caption_processor_cases.json")
                .Select((sample, i) => Compare.Equal($"case {i}", processor.Process(sample.Text), sample.Processed)));
        });
    }

    private sealed record Case
    {
        public required string Text { get; init; }

        public required string Processed { get; init; }
    }
}
