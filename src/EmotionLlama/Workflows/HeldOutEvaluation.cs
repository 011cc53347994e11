using EmotionLlama.Distributed;
using EmotionLlama.Generation;
using EmotionLlama.Models;
using EmotionLlama.Monitoring;
using EmotionLlama.Scoring;
using EmotionLlama.Training;

namespace EmotionLlama.Workflows;

/// <summary>Measures a model on the held-out clips of a recipe: their loss and, where the recipe wants it, answers about
/// them.</summary>
internal sealed class HeldOutEvaluation
{
    private readonly TrainingSession _session;
    private readonly EmotionLlamaModel _model;
    private readonly IReadOnlyList<ReadableClips> _clips;
    private readonly HeldOutAnswers _answers;
    private readonly IProcessGroup _ranks;
    private readonly HeldOutScores _scores = new(new LexiconScorer().Score);

    /// <summary>Looks for the clips.</summary>
    /// <param name="session">The opened recipe.</param>
    /// <param name="model">The model that is trained.</param>
    /// <param name="cancellationToken">Stops the reading of the data report, where it has not been made yet.</param>
    /// <param name="ranks">The processes that divide the clips; null where there is one.</param>
    public HeldOutEvaluation(
        TrainingSession session,
        EmotionLlamaModel model,
        CancellationToken cancellationToken,
        IProcessGroup? ranks = null)
    {
        _ranks = ranks ?? new SingleProcess();
        _session = session;
        _model = model;
        _clips = session.ReadableHeldOut(cancellationToken);
        _answers = new HeldOutAnswers(new AnswerGenerator(model, session.Prompts(model)), session.Recipe.Run, ranks);
    }

    /// <summary>Whether there are clips to measure on.</summary>
    public bool HasClips => _clips.Count > 0;

    /// <summary>Whether an earlier measurement has what the run may decide by.</summary>
    public bool IsComplete(ValidationMetrics metrics)
    {
        var run = _session.Recipe.Run;
        return !_clips.Any(clips => HeldOutAnswers.CountOf(run, clips.Count) > 0)
            || metrics.Answers is not null;
    }

    /// <summary>Measures. The loss is the mean over the data sets, each weighing the same; answers are scored all
    /// together.</summary>
    /// <param name="step">Optimizer steps taken so far.</param>
    /// <param name="epoch">The epoch, counted from 0.</param>
    /// <param name="onAnswer">Hears of each answer.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="InputException">A clip cannot be read.</exception>
    public ValidationMetrics Measure(
        long step, int epoch, Action<HeldOutAnswer> onAnswer, CancellationToken cancellationToken)
    {
        var prompts = _session.Prompts(_model);
        var loss = _clips.Average(clips => ValidationLoss.Measure(
            _model, clips, prompts, clips.BatchSize, _ranks, cancellationToken));
        var answers = new List<HeldOutAnswer>();
        foreach (var answer in _clips.SelectMany(clips => _answers.Generate(clips, cancellationToken)))
        {
            answers.Add(answer);
            onAnswer(answer);
        }

        return _scores.AddTo(new ValidationMetrics(step, epoch, loss), answers);
    }
}
