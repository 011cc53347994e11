using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace EmotionLlama.Verification;

/// <summary>The content of <c>expected.json</c>.</summary>
internal sealed partial record ExpectedNumbers
{
    /// <summary>Size of the LoRA matrices.</summary>
    public required ExpectedLora Lora { get; init; }

    /// <summary>Sizes of the models.</summary>
    public required ExpectedSizes Dims { get; init; }

    /// <summary>The loss of each sample alone.</summary>
    public IReadOnlyList<double> LossesSingle { get; init; } = [];

    /// <summary>The training steps from the first checkpoint to the last.</summary>
    public IReadOnlyList<ExpectedStep> Trajectory { get; init; } = [];

    /// <summary>The answers to each sample.</summary>
    public IReadOnlyList<ExpectedAnswers> Generation { get; init; } = [];

    /// <summary>Everything else; among it the losses of batches.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement> Others { get; init; } = [];

    /// <summary>The losses of batches, whose samples stand in their names: <c>loss_batch_0_1_2</c>.</summary>
    [JsonIgnore]
    public IEnumerable<(string Name, int[] Samples, double Loss)> BatchLosses =>
        from other in Others
        let match = BatchLossName().Match(other.Key)
        where match.Success
        select (
            other.Key,
            match.Groups[1].Captures.Select(index => int.Parse(index.Value, CultureInfo.InvariantCulture)).ToArray(),
            other.Value.GetDouble());

    /// <summary>The samples of the batch that the forward values and the gradients are of.</summary>
    [JsonIgnore]
    public int[] Batch => BatchLosses.Select(batch => batch.Samples).FirstOrDefault([0, 1, 2]);

    [GeneratedRegex("^loss_batch(?:_([0-9]{1,9}))+$")]
    private static partial Regex BatchLossName();
}
