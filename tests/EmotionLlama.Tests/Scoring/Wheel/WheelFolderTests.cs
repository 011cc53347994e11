using EmotionLlama.Scoring.Wheel;

namespace EmotionLlama.Tests.Scoring.Wheel;

/// <summary>A folder of emotion wheels as it is shared, made by hand.</summary>
public sealed class WheelFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public WheelFolderTests()
    {
        File.WriteAllText(_folder["format.csv"], "name,format\nHappy,\"happily, happiness\"\nrage,raging\n");
        Workbook.Write(
            _folder["synonym.xlsx"],
            ["word_run1", "synonym_run1", "word_run2", "synonym_run2"],
            ["joyful", "happy, glad", "proud", "happy"],
            ["angry", "rage", "", ""]);
        Workbook.Write(
            _folder["wheel1.xlsx"],
            ["level1", "level2", "level3"],
            ["joy", "content", "proud"],
            ["", "", "joyful"],
            ["", "amused", ""],
            ["anger", "mad", "angry"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_label_goes_from_its_form_over_synonyms_to_the_first_word_of_the_wheel()
    {
        // happiness → happy → joyful (run 1) and proud (run 2); joyful comes first.
        Assert.Equal("joy", Group(" Happiness", WheelLevel.Coarse));
        Assert.Equal("content", Group("happiness", WheelLevel.Fine));
        Assert.Equal("anger", Group("raging", WheelLevel.Coarse));
        Assert.Null(Group("glad", WheelLevel.Coarse));
        Assert.Null(Group("envious", WheelLevel.Coarse));
    }

    [Fact]
    public void Blank_cells_mean_the_group_above()
    {
        var wheel = Assert.Single(EmotionWheels.Open(_folder.Location).Wheels);

        Assert.Equal("wheel1", wheel.Name);
        Assert.Equal(
            ["amused", "anger", "angry", "content", "joy", "joyful", "mad", "proud"],
            wheel.Words.Order(StringComparer.Ordinal));
        Assert.Equal(("joy", "amused"), Groups(wheel, "amused"));
        Assert.Equal(("joy", "content"), Groups(wheel, "joyful"));
    }

    [Fact]
    public void A_word_of_level_1_stands_for_the_first_of_its_groups() =>
        Assert.Equal(("joy", "amused"), Groups(EmotionWheels.Open(_folder.Location).Wheels[0], "joy"));

    [Fact]
    public void Wheels_are_read_until_a_number_is_missing()
    {
        File.Copy(_folder["wheel1.xlsx"], _folder["wheel2.xlsx"]);
        File.Copy(_folder["wheel1.xlsx"], _folder["wheel4.xlsx"]);

        Assert.Equal(["wheel1", "wheel2"], EmotionWheels.Open(_folder.Location).Wheels.Select(wheel => wheel.Name));
    }

    [Fact]
    public void A_missing_folder_or_file_is_named()
    {
        Assert.Contains("no such folder", Refused(_folder["none"]), StringComparison.Ordinal);
        File.Delete(_folder["wheel1.xlsx"]);
        Assert.Equal($"{_folder["wheel1.xlsx"]}: no such file; check the path", Refused());
        File.Delete(_folder["format.csv"]);
        Assert.Equal($"{_folder["format.csv"]}: no such file; check the path", Refused());
    }

    [Fact]
    public void What_is_no_workbook_is_refused()
    {
        File.WriteAllText(_folder["wheel1.xlsx"], "level1,level2,level3\njoy,content,proud\n");

        Assert.StartsWith($"{_folder["wheel1.xlsx"]}: is no .xlsx workbook: ", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_column_is_named_with_those_that_are_there()
    {
        Replace("wheel1.xlsx", ["level1", "level2", ""], ["joy", "content", "proud"]);
        Assert.Equal(
            $"{_folder["wheel1.xlsx"]}:1: has no column 'level3'; its columns are level1,level2,column 3", Refused());
        Replace("synonym.xlsx", ["word", "synonyms"], ["joyful", "happy"]);
        Assert.Equal(
            $"{_folder["synonym.xlsx"]}:1: has no column 'word_run1'; its columns are word,synonyms", Refused());
    }

    [Fact]
    public void A_wheel_without_words_is_refused()
    {
        Replace("wheel1.xlsx", ["level1", "level2", "level3"]);

        Assert.Equal(
            $"{_folder["wheel1.xlsx"]}:2: has no words; give level1, level2 and level3 in its rows", Refused());
    }

    private static (string?, string?) Groups(EmotionWheel wheel, string word) =>
        (wheel.GroupOf(word, WheelLevel.Coarse), wheel.GroupOf(word, WheelLevel.Fine));

    private string? Group(string label, WheelLevel level)
    {
        var wheels = EmotionWheels.Open(_folder.Location);
        return wheels.Map(label, wheels.Wheels[0], level);
    }

    private string Refused(string? folder = null) =>
        Assert.Throws<InputException>(() => EmotionWheels.Open(folder ?? _folder.Location)).Message;

    private void Replace(string name, params string[][] rows)
    {
        File.Delete(_folder[name]);
        Workbook.Write(_folder[name], rows);
    }
}
