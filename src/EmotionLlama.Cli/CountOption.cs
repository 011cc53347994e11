using System.CommandLine;

namespace EmotionLlama.Cli;

/// <summary>Options that are a whole number of 1 or more.</summary>
internal static class CountOption
{
    /// <summary>Makes one; another number is an error of the command line.</summary>
    /// <param name="name">Its name, such as <c>--batch</c>.</param>
    /// <param name="description">What it counts.</param>
    /// <param name="value">What it is where nothing is given.</param>
    public static Option<int> Create(string name, string description, int value)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => value, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError($"{name}: give a whole number of 1 or more");
        });
        return option;
    }
}
