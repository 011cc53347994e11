using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;

namespace EmotionLlama.Tests.Evaluation;

public sealed class ClassificationReportTests
{
    // Four angry clips: 3 right, 1 taken for sad. Two sad ones: 1 right, 1 without a label. One happy, taken for angry.
    private static readonly ClassificationReport Report = ClassificationReport.From(
    [
        (Emotion.Angry, Emotion.Angry), (Emotion.Angry, Emotion.Angry), (Emotion.Angry, Emotion.Angry),
        (Emotion.Angry, Emotion.Sad),
        (Emotion.Sad, Emotion.Sad), (Emotion.Sad, null),
        (Emotion.Happy, Emotion.Angry),
    ]);

    [Fact]
    public void Accuracy_counts_an_answer_without_a_label_as_wrong()
    {
        Assert.Equal(new Proportion(4, 7), Report.Accuracy);
        Assert.Equal(1, Report.Unlabelled);
    }

    [Fact]
    public void A_label_has_precision_recall_f1_and_support()
    {
        var angry = Report.Classes[(int)Emotion.Angry];
        var sad = Report.Classes[(int)Emotion.Sad];

        Assert.Equal((3 / 4.0, 3 / 4.0, 3 / 4.0, 4), (angry.Precision, angry.Recall, angry.F1, angry.Support));
        Assert.Equal((1 / 2.0, 1 / 2.0, 1 / 2.0, 2), (sad.Precision, sad.Recall, sad.F1, sad.Support));
    }

    [Fact]
    public void A_label_that_was_never_right_or_never_there_scores_zero()
    {
        var happy = Report.Classes[(int)Emotion.Happy];
        var fear = Report.Classes[(int)Emotion.Fear];

        Assert.Equal((0, 0, 0, 1), (happy.Precision, happy.Recall, happy.F1, happy.Support));
        Assert.Equal((0, 0, 0, 0), (fear.Precision, fear.Recall, fear.F1, fear.Support));
    }

    [Fact]
    public void Weighted_f1_weighs_labels_by_their_clips()
    {
        Assert.Equal(((4 * 0.75) + (2 * 0.5) + (1 * 0)) / 7, Report.WeightedF1, 12);
    }

    [Fact]
    public void Unweighted_recall_is_the_mean_over_the_labels_that_occur()
    {
        Assert.Equal((0.75 + 0.5 + 0) / 3, Report.UnweightedRecall, 12);
    }

    [Fact]
    public void The_confusion_matrix_has_a_column_for_no_label()
    {
        Assert.Equal(3, Report.Confusions(Emotion.Angry, Emotion.Angry));
        Assert.Equal(1, Report.Confusions(Emotion.Angry, Emotion.Sad));
        Assert.Equal(0, Report.Confusions(Emotion.Sad, Emotion.Angry));
        Assert.Equal(1, Report.Confusions(Emotion.Sad, null));
    }

    [Fact]
    public void One_label_for_all_scores_one_over_the_labels_in_unweighted_recall()
    {
        var answers = LabelScheme.Merr.Labels().Select(label => (label, (Emotion?)Emotion.Neutral));

        Assert.Equal(1.0 / 9, ClassificationReport.From(answers).UnweightedRecall, 12);
    }

    [Fact]
    public void Nothing_scores_nothing()
    {
        var report = ClassificationReport.From([]);

        Assert.Equal((0, 0, 0), (report.Accuracy.Value, report.WeightedF1, report.UnweightedRecall));
        Assert.Equal((0, 1), (report.Accuracy.Lower, report.Accuracy.Upper));
    }

    [Fact]
    public void An_emotion_outside_the_labels_is_wrong_and_told_from_no_label()
    {
        var report = ClassificationReport.From(
            [
                (Emotion.Angry, Emotion.Contempt), (Emotion.Angry, null), (Emotion.Angry, Emotion.Angry),
                (Emotion.Disgust, Emotion.Doubt),
            ],
            LabelScheme.Dfew);

        Assert.Equal(new Proportion(1, 4), report.Accuracy);
        Assert.Equal((2, 1), (report.OutsideLabels, report.Unlabelled));
        Assert.Equal(1, report.ConfusionsOutside(Emotion.Angry));
        Assert.Equal(1, report.Confusions(Emotion.Disgust, Emotion.Doubt));
        Assert.Equal(LabelScheme.Dfew.Labels(), report.Classes.Select(scores => scores.Emotion));
        Assert.Equal(3, report.Classes.Single(scores => scores.Emotion == Emotion.Angry).Support);
    }

    [Fact]
    public void A_clip_whose_label_is_of_another_test_set_is_a_mistake_of_the_caller()
    {
        Assert.Throws<ArgumentOutOfRangeException>(
            () => ClassificationReport.From([(Emotion.Fear, Emotion.Fear)], LabelScheme.Mer2023));
    }
}
