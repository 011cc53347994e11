using System.CommandLine;
using EmotionLlama.Generation;

namespace EmotionLlama.Cli.Verbs;

/// <summary>The options that say how an answer is generated, under Hugging Face's names.</summary>
internal sealed class SamplingOptions
{
    private static readonly GenerationSettings Defaults = new();

    private readonly Option<int> _maxNewTokens = new("--max-new-tokens")
    {
        Description = "The most tokens of an answer.",
        DefaultValueFactory = _ => Defaults.MaxNewTokens,
    };

    private readonly Option<int> _beams = new("--num-beams")
    {
        Description = "Hypotheses of a beam search; 1 takes the most likely token each time.",
        DefaultValueFactory = _ => Defaults.Beams,
    };

    private readonly Option<double> _lengthPenalty = new("--length-penalty")
    {
        Description = "Above 0 favours long answers in a beam search.",
        DefaultValueFactory = _ => Defaults.LengthPenalty,
    };

    private readonly Option<double> _repetitionPenalty = new("--repetition-penalty")
    {
        Description = "Above 1 makes tokens of the answer so far less likely.",
        DefaultValueFactory = _ => Defaults.RepetitionPenalty,
    };

    private readonly Option<bool> _doSample = new("--do-sample")
    {
        Description = "Draw tokens by their probabilities.",
    };

    private readonly Option<double> _temperature = new("--temperature")
    {
        Description = "Below 1 draws safer, above 1 bolder.",
        DefaultValueFactory = _ => Defaults.Temperature,
    };

    private readonly Option<double> _topP = new("--top-p")
    {
        Description = "Draw among the most likely tokens that together have this probability.",
        DefaultValueFactory = _ => Defaults.TopP,
    };

    private readonly Option<int> _topK = new("--top-k")
    {
        Description = "Draw among this many most likely tokens; 0 for all.",
        DefaultValueFactory = _ => Defaults.TopK,
    };

    private readonly Option<long?> _seed = new("--seed")
    {
        Description = "Makes draws repeatable.",
    };

    public void AddTo(Command verb)
    {
        Option[] all =
        [
            _maxNewTokens, _beams, _lengthPenalty, _repetitionPenalty, _doSample, _temperature, _topP, _topK, _seed,
        ];
        foreach (var option in all)
            verb.Add(option);
    }

    /// <summary>The settings of a command line, checked.</summary>
    /// <exception cref="InputException">A value is out of its range.</exception>
    public GenerationSettings Read(ParseResult parsed)
    {
        var settings = new GenerationSettings
        {
            MaxNewTokens = parsed.GetValue(_maxNewTokens),
            Beams = parsed.GetValue(_beams),
            LengthPenalty = parsed.GetValue(_lengthPenalty),
            RepetitionPenalty = parsed.GetValue(_repetitionPenalty),
            DoSample = parsed.GetValue(_doSample),
            Temperature = parsed.GetValue(_temperature),
            TopP = parsed.GetValue(_topP),
            TopK = parsed.GetValue(_topK),
            Seed = parsed.GetValue(_seed),
        };
        settings.Validate();
        return settings;
    }
}
