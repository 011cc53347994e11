using System.Globalization;
using System.Text.RegularExpressions;
using EmotionLlama.Generation;
using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Verification;

/// <summary>Prompts, first logits and answers of the trained model.</summary>
internal sealed partial class GenerationChecks : ICheckFamily
{
    private const double LogitTolerance = 1e-3;

    /// <summary>New tokens of an answer, which the layout fixes.</summary>
    private const int NewTokens = 24;

    private const string Number = @"[0-9]{1,4}(?:\.[0-9]{1,9})?";

    /// <inheritdoc/>
    public string Name => "generation";

    /// <inheritdoc/>
    public IEnumerable<ReferenceCheck> ChecksOf(ReferenceFolder folder)
    {
        using var samples = new Shared<ReferenceSamples>(() => ReferenceSamples.Read(folder));
        using var model = new Shared<ReferenceModel>(() => ReferenceModel.Build(folder, folder.LastCheckpoint));
        yield return Check("prompt_len", 0, (clip, expected) => Compare.Equal(
            "prompt_len", clip.Lengths.Single(), expected.PromptLen));
        yield return Check("first_logits", LogitTolerance, (clip, expected) => CompareLogits(
            model.Value, clip, expected));

        foreach (var search in folder.Expected.Generation.SelectMany(answers => answers.Searches).Distinct())
        {
            yield return Check(search, 0, (clip, expected) => CompareIds(
                model.Value, clip, search, expected, Limit(folder)));
        }

        ReferenceCheck Check(
            string name, double tolerance, Func<PackedBatch, ExpectedAnswers, Deviation> compare) => new(
            $"generation_{name}",
            tolerance,
            () =>
            {
                using var _ = no_grad();
                var expected = folder.Expected.Generation;
                if (expected.Count == 0)
                    return Deviation.Incomparable("expected.json holds no answers under generation");

                Deviation[] deviations = [.. expected.Select((answers, i) =>
                {
                    var clip = samples.Value[i];
                    using var packed = PackedBatch.Pack([(clip, model.Value.Prompts.ForGeneration(clip.Instruction))]);
                    var deviation = compare(packed, answers);
                    return deviation with { Where = $"sample {i}, {deviation.Where}" };
                })];
                return tolerance == 0 ? Deviation.Sum(deviations) : Deviation.Worst(deviations);
            });
    }

    /// <summary>How answers of a name such as <c>greedy_rep1.2</c> or <c>beam3_len0.6</c> are chosen.</summary>
    /// <exception cref="InputException">The name says something else.</exception>
    internal static GenerationSettings ParseSearch(string name, int maxNewTokens)
    {
        var match = SearchName().Match(name);
        if (!match.Success)
        {
            throw new InputException($"expected.json: no way to choose answers is called '{name}'; "
                + "known are greedy and beamN, each with _repX and _lenX behind it");
        }

        return new GenerationSettings
        {
            MaxNewTokens = maxNewTokens,
            Beams = (int)ValueOf("beams"),
            RepetitionPenalty = ValueOf("repetition"),
            LengthPenalty = ValueOf("length"),
        };

        double ValueOf(string group) => match.Groups[group] is { Success: true } found
            ? double.Parse(found.ValueSpan, CultureInfo.InvariantCulture)
            : 1;
    }

    private static Deviation CompareLogits(ReferenceModel reference, PackedBatch clip, ExpectedAnswers expected)
    {
        if (expected.FirstLogits.Count == 0)
            return Deviation.Incomparable("expected.json holds no first_logits_top5");

        var llama = reference.Model.Llama;
        var hidden = llama.Forward(reference.Model.Embed(clip), clip.Layout(reference.Model.Device));
        var logits = llama.Logits(hidden[^1..]).squeeze(0);
        var (_, ids) = logits.topk(expected.FirstLogits.Count);
        return Deviation.Worst(expected.FirstLogits.Select((pair, place) =>
        {
            var (id, logit) = ((long)pair[0], pair[1]);
            var ours = ids[place].item<long>();
            return ours == id
                ? Compare.Absolute($"logit of id {id}", logits[id].item<float>(), logit)
                : Deviation.Incomparable($"id {ours} is at place {place} of the likeliest, expected {id}");
        }));
    }

    private static Deviation CompareIds(
        ReferenceModel reference, PackedBatch clip, string search, ExpectedAnswers expected, int maxNewTokens)
    {
        var endId = reference.Prompts.Tokenizer.EndId;
        var answer = new TokenGenerator(reference.Model.Llama, endId)
            .Generate(reference.Model.Embed(clip), clip.Lengths, ParseSearch(search, maxNewTokens))
            .Single();

        // What may stand behind the end symbol is padding.
        var ids = expected.Ids(search);
        var end = Array.IndexOf(ids, endId);
        return Compare.EqualLists(search, answer.Ids, end < 0 ? ids : ids[..(end + 1)]);
    }

    /// <summary>Answers that did not come to their end are as long as the limit was.</summary>
    private static int Limit(ReferenceFolder folder) => Math.Max(
        NewTokens,
        folder.Expected.Generation.Max(answers => answers.Searches.Max(search => answers.Ids(search).Length)));

    [GeneratedRegex(
        $@"^(?:greedy|beam(?<beams>[0-9]{{1,4}}))(?:_rep(?<repetition>{Number})|_len(?<length>-?{Number}))*$")]
    private static partial Regex SearchName();
}
