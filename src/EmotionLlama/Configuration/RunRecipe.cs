using System.ComponentModel.DataAnnotations;
using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Configuration;

/// <summary>The <c>run</c> section of a recipe: how to train.</summary>
public sealed record RunRecipe
{
    /// <summary>The learning-rate schedule.</summary>
    public LearningRateSchedule LrSched { get; init; } = LearningRateSchedule.LinearWarmupCosine;

    /// <summary>Learning rate after warm-up.</summary>
    [Range(0.0, double.MaxValue)]
    public double InitLr { get; init; } = 1e-6;

    /// <summary>Learning rate at the end.</summary>
    [Range(0.0, double.MaxValue)]
    public double MinLr { get; init; } = 1e-6;

    /// <summary>Learning rate at the start of warm-up; null starts at <see cref="InitLr"/>.</summary>
    [Range(0.0, double.MaxValue)]
    public double? WarmupLr { get; init; }

    /// <summary>Steps of warm-up.</summary>
    [Range(0, int.MaxValue)]
    public int WarmupSteps { get; init; }

    /// <summary>Factor per epoch of <see cref="LearningRateSchedule.LinearWarmupStep"/>.</summary>
    [Range(0.0, double.MaxValue)]
    public double LrDecayRate { get; init; } = 1;

    /// <summary>AdamW's decoupled weight decay, for matrices only.</summary>
    [Range(0.0, double.MaxValue)]
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>AdamW's second beta.</summary>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Largest norm of the whole gradient; larger ones are scaled down. 0 does not clip.</summary>
    [Range(0.0, double.MaxValue)]
    public double MaxGradNorm { get; init; }

    /// <summary>Number of epochs.</summary>
    [Range(1, int.MaxValue)]
    public int MaxEpoch { get; init; } = 30;

    /// <summary>Iterations (micro-batches) in an epoch; null goes through the data once.</summary>
    [Range(1, int.MaxValue)]
    public int? ItersPerEpoch { get; init; }

    /// <summary>Micro-batches whose gradients make one optimizer step.</summary>
    [Range(1, int.MaxValue)]
    public int AccumGradIters { get; init; } = 1;

    /// <summary>Threads that read samples; 0 reads them on the training thread.</summary>
    [Range(0, int.MaxValue)]
    public int NumWorkers { get; init; } = 4;

    /// <summary>Fixes data order, task draws, augmentation, dropout and fresh weights.</summary>
    [Range(0.0, double.MaxValue)]
    public long Seed { get; init; } = 42;

    /// <summary>Precision of the frozen weights and the arithmetic. In YAML <c>true</c> (bf16 on a GPU, fp32 on a CPU),
    /// <c>false</c> (fp32), <c>bf16</c>, <c>fp16</c> or <c>fp32</c>.</summary>
    public Amp Amp { get; init; } = Amp.Auto;

    /// <summary><c>cuda</c>, <c>cuda:N</c> or <c>cpu</c>; null takes a GPU where there is one.</summary>
    [RegularExpression(@"cpu|cuda(:\d+)?", ErrorMessage = "cpu, cuda or cuda:N")]
    public string? Device { get; init; }

    /// <summary>Threads that one operation is computed on, on a CPU; null takes libtorch's default, the cores. A tiny model
    /// is fastest on one.</summary>
    [Range(1, int.MaxValue)]
    public int? Threads { get; init; }

    /// <summary>A folder that keeps what the frozen vision tower makes of each picture, so that it runs once for each
    /// and never again: in training, evaluation and other runs with the same tower. Null keeps nothing.</summary>
    [RecipePath(PathKind.Output)]
    public string? VisionCache { get; init; }

    /// <summary>Folder for checkpoints, logs and the report.</summary>
    [RecipePath(PathKind.Output)]
    public string OutputDir { get; init; } = "output";

    /// <summary>Folder for what <c>evaluate</c> writes; null takes <c>evaluation</c> in <see cref="OutputDir"/>.</summary>
    [RecipePath(PathKind.Output)]
    public string? SavePath { get; init; }

    /// <summary>A checkpoint of ours to continue from.</summary>
    [RecipePath(PathKind.File)]
    public string? ResumeCkptPath { get; init; }

    /// <summary>Epoch checkpoints kept; older ones are deleted. 0 keeps all.</summary>
    [Range(0, int.MaxValue)]
    public int KeepLast { get; init; }

    /// <summary>Optimizer steps between two saves inside an epoch, to <c>checkpoint_latest.pth</c>; 0 saves at the ends
    /// of epochs alone.</summary>
    [Range(0, int.MaxValue)]
    public int SaveEverySteps { get; init; }

    /// <summary>How a step's loss is averaged.</summary>
    public LossNormalization LossNormalization { get; init; } = LossNormalization.Token;

    /// <summary>What a sample that cannot be read does.</summary>
    public OnBadSample OnBadSample { get; init; } = OnBadSample.Stop;

    /// <summary>Optimizer steps between two lines of the metric log.</summary>
    [Range(1, int.MaxValue)]
    public int LogFreq { get; init; } = 10;

    /// <summary>Epochs between two rounds of sample answers; 0 generates none.</summary>
    [Range(0, int.MaxValue)]
    public int SampleAnswersInterval { get; init; } = 1;

    /// <summary>Clips that answers are generated for, the first ones of the data. Of the held-out clips that an
    /// evaluation answers about, as many are shown, too.</summary>
    [Range(0, int.MaxValue)]
    public int SampleAnswersCount { get; init; } = 2;

    /// <summary>Epochs between two evaluations on the held-out clips (<c>datasets.*.validation_file</c>), which take
    /// place before training and after the last epoch too; 0 evaluates never.</summary>
    [Range(0, int.MaxValue)]
    public int EvalEpochInterval { get; init; } = 1;

    /// <summary>Held-out clips of each data set that are answered about in an evaluation, the first ones; 0 answers
    /// about none and measures the loss alone, null about all where <see cref="Metric"/> needs answers and about none
    /// where it does not.</summary>
    [Range(0, int.MaxValue)]
    public int? EvalClips { get; init; }

    /// <summary>The most tokens of an answer in an evaluation.</summary>
    [Range(1, int.MaxValue)]
    public int EvalMaxNewTokens { get; init; } = 200;

    /// <summary>Answers that are drawn at random (temperature 1) about each of these clips in an evaluation, to see how
    /// far their scores spread: at least 2, or 0 for none.</summary>
    [Range(0, int.MaxValue)]
    public int EvalTemperatureSamples { get; init; }

    /// <summary>Whether the best checkpoint so far by <see cref="Metric"/> is kept as <c>checkpoint_best.pth</c>, whatever
    /// <see cref="KeepLast"/> deletes.</summary>
    public bool SaveBest { get; init; }

    /// <summary>What decides which checkpoint is best, and when to stop early.</summary>
    public ValidationMetric Metric { get; init; } = ValidationMetric.ValLoss;

    /// <summary>Ends the run early.</summary>
    public EarlyStoppingRecipe EarlyStopping { get; init; } = new();

    /// <summary>Sub-stages with rates of their own; empty trains with one.</summary>
    public IReadOnlyList<StageRecipe> Stages { get; init; } = [];
}
