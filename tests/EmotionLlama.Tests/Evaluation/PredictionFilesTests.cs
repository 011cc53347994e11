using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;
using EmotionLlama.Runtime;

namespace EmotionLlama.Tests.Evaluation;

public sealed class PredictionFilesTests : IDisposable
{
    private static readonly ClipPrediction[] Predictions =
    [
        ClipPrediction.Of("b", Emotion.Angry, "Loud, \"sharp\" words:\nanger."),
        ClipPrediction.Of("a", Emotion.Sad, "I'm sorry, I cannot say."),
        ClipPrediction.Of("b", Emotion.Happy, "高兴 happy"),
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_csv_file_has_names_answers_and_labels_and_keeps_clips_that_occur_twice()
    {
        PredictionFiles.WriteCsv(_folder["p.csv"], Predictions, PredictionFormat.Default);

        Assert.Equal(
            "name,reason,label\nb,\"Loud, \"\"sharp\"\" words:\nanger.\",angry\na,\"I'm sorry, I cannot say.\",\nb,高兴 happy,happy\n",
            File.ReadAllText(_folder["p.csv"]));
    }

    [Fact]
    public void The_columns_can_be_those_of_the_original()
    {
        PredictionFiles.WriteCsv(_folder["p.csv"], Predictions, PredictionFormat.Original);

        Assert.Equal(
            [["b", Predictions[0].Answer], ["a", Predictions[1].Answer], ["b", Predictions[2].Answer]],
            CsvTable.Read(_folder["p.csv"], "names", "chi_reasons"));
    }

    [Fact]
    public void Json_lines_tell_refusals_and_keep_texts_as_they_are()
    {
        PredictionFiles.WriteJsonLines(_folder["p.jsonl"], Predictions);

        Assert.Equal(
            [
                """{"name":"b","label":"angry","predicted":"angry","refused":false,"answer":"Loud, \"sharp\" words:\nanger."}""",
                """{"name":"a","label":"sad","predicted":null,"refused":true,"answer":"I'm sorry, I cannot say."}""",
                """{"name":"b","label":"happy","predicted":"happy","refused":false,"answer":"高兴 happy"}""",
            ],
            File.ReadAllLines(_folder["p.jsonl"]));
    }

    [Fact]
    public void Metrics_count_refusals_among_the_answers_without_a_label()
    {
        var metrics = RecognitionMetrics.Of("clips", LabelScheme.Mer2023, Predictions, unreadable: 2);

        Assert.Equal((3, 2, 1, 1, 0), (metrics.Clips, metrics.Unreadable, metrics.NoLabel, metrics.Refusals, metrics.OutsideLabels));
        Assert.Equal(2.0 / 3, metrics.Accuracy, 12);
        Assert.Equal(metrics.Accuracy, metrics.War);
        Assert.Equal(1, metrics.Confusion["sad"]["none"]);
        Assert.Equal(
            ["neutral", "angry", "happy", "sad", "worried", "surprise", "outside", "none"], metrics.Confusion["sad"].Keys);
    }
}
