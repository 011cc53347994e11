using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;

namespace EmotionLlama.Tests.Evaluation;

public sealed class ModalityReportTests : IDisposable
{
    // With everything, then without face, voice and words.
    private static readonly (string Name, Emotion Label, string[] Said)[] Answers =
    [
        ("face alone", Emotion.Happy, ["happy", "sad", "happy", "happy"]),
        ("none alone", Emotion.Happy, ["happy", "happy", "happy", "happy"]),
        ("two", Emotion.Happy, ["angry", "happy", "angry", "sad"]),
        ("words take it away", Emotion.Sad, ["sad", "sad", "sad", "well"]),
        ("no label", Emotion.Sad, ["well", "sad", "well", "well"]),
    ];

    private static readonly ModalityReport Report = ModalityReport.Of(
        Pass(0), [("face", Pass(1)), ("voice", Pass(2)), ("words", Pass(3))]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_changes_a_label_when_it_is_withheld_drives_it() => Assert.Equal(
        ["face", "none", "face+words", "words", "no label"], Report.Clips.Select(Report.DriverOf));

    [Fact]
    public void Every_clip_is_in_one_share()
    {
        Assert.All(Report.ByLabel.Append(Report.Overall), row => Assert.Equal(
            row.Clips, row.Without.Sum(effect => effect.Alone) + row.Several + row.None + row.NoLabel));
        Assert.Equal([1, 0, 1], Report.Overall.Without.Select(effect => effect.Alone));
        Assert.Equal((1, 1, 1), (Report.Overall.Several, Report.Overall.None, Report.Overall.NoLabel));
    }

    [Fact]
    public void Accuracy_and_labels_without_a_modality_are_told_by_label()
    {
        Assert.Equal([Emotion.Happy, Emotion.Sad], Report.ByLabel.Select(row => row.Label!.Value));
        var happy = Report.ByLabel[0];

        Assert.Equal(new Proportion(2, 3), happy.Accuracy);
        Assert.Equal(
            [new Proportion(2, 3), new Proportion(2, 3), new Proportion(2, 3)], happy.Without.Select(at => at.Accuracy));
        Assert.Equal(
            [new Proportion(2, 3), new Proportion(0, 3), new Proportion(1, 3)], happy.Without.Select(at => at.Changed));
        Assert.Equal(["happy", "sad"], happy.Without[0].Becomes.Keys);
        Assert.Equal(["none"], Report.ByLabel[1].Without[2].Becomes.Keys);
    }

    [Fact]
    public void A_table_has_a_row_a_clip()
    {
        Report.WriteCsv(_folder["m.csv"]);

        Assert.Equal(
            [
                "name,label,predicted,without_face,without_voice,without_words,driver",
                "face alone,happy,happy,sad,happy,happy,face",
                "none alone,happy,happy,happy,happy,happy,none",
                "two,happy,angry,happy,angry,sad,face+words",
                "words take it away,sad,sad,sad,sad,,words",
                "no label,sad,,sad,,,no label",
            ],
            File.ReadAllLines(_folder["m.csv"]));
    }

    [Fact]
    public void Answers_about_other_clips_are_not_compared() =>
        Assert.Throws<ArgumentException>(() => ModalityReport.Of(Pass(0), [("face", [.. Pass(1).Skip(1)])]));

    private static ClipPrediction[] Pass(int pass) =>
        [.. Answers.Select(clip => ClipPrediction.Of(clip.Name, clip.Label, clip.Said[pass]))];
}
