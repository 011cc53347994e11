using EmotionLlama.Configuration;
using EmotionLlama.Configuration.Binding;
using EmotionLlama.Endpoints;
using EmotionLlama.Runtime;

namespace EmotionLlama.Scoring.Judging;

/// <summary>What a judge is asked, in one language. The steps are those of AffectGPT's evaluation (Lian et al.,
/// <c>evaluation.py</c>): one call summarizes both descriptions and rates the overlap of clues; the emotions are read
/// out of each description by a call of its own, and a last call rates their overlap. The wording is ours, and so is 0,
/// for nothing in common, as the lowest score.</summary>
internal sealed class JudgePrompts
{
    private static readonly string[] Names = ["clue_overlap.txt", "emotions.txt", "label_overlap.txt", "reminder.txt"];

    private readonly string _language;
    private readonly string? _folder;

    private JudgePrompts(JudgeLanguage language, string? folder)
    {
        _language = language == JudgeLanguage.Chinese ? "zh" : "en";
        _folder = folder;
        ListSeparator = language == JudgeLanguage.Chinese ? "、" : ", ";
        ClueOverlap = Read(Names[0], "truth", "prediction");
        Emotions = Read(Names[1], "description");
        LabelOverlap = Read(Names[2], "truth", "prediction");
        Reminder = Read(Names[3], "problem");
    }

    /// <summary>Asks for the overlap of the clues of <c>{truth}</c> and <c>{prediction}</c>.</summary>
    public PromptTemplate ClueOverlap { get; }

    /// <summary>Asks for the emotions in a <c>{description}</c>.</summary>
    public PromptTemplate Emotions { get; }

    /// <summary>Asks for the overlap of the emotions <c>{truth}</c> and <c>{prediction}</c>.</summary>
    public PromptTemplate LabelOverlap { get; }

    /// <summary>Asks again after an answer with a <c>{problem}</c>.</summary>
    public PromptTemplate Reminder { get; }

    /// <summary>What stands between emotions in a list.</summary>
    public string ListSeparator { get; }

    /// <summary>Loads the built-in prompts, and in their place those that a folder has.</summary>
    /// <exception cref="InputException">The folder is missing, has a text file that is none of the prompts, or a prompt
    /// whose places are not as they should be.</exception>
    public static JudgePrompts Load(JudgeLanguage language, string? folder)
    {
        if (folder is not null)
            CheckFolder(folder);

        return new JudgePrompts(language, folder);
    }

    private static void CheckFolder(string folder)
    {
        if (!Directory.Exists(folder))
            throw new InputException($"{folder}: no such folder; judge.prompts names a folder of prompt files");

        foreach (var file in Directory.EnumerateFiles(folder, "*.txt").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(file);
            if (!Names.Contains(name))
            {
                throw new InputException($"{file}: no prompt has this name; did you mean "
                    + $"{Spelling.Nearest(name, Names)}? There are {string.Join(", ", Names)}");
            }
        }
    }

    private PromptTemplate Read(string name, params string[] places)
    {
        if (_folder is not null && Path.Combine(_folder, name) is var path && File.Exists(path))
        {
            using var file = DataFile.OpenText(path);
            return new PromptTemplate(path, DataFile.Guard(path, file.ReadToEnd), places);
        }

        var resource = $"JudgePrompts/{_language}/{name}";
        using var stream = typeof(JudgePrompts).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"the assembly has no {resource}");
        using var reader = new StreamReader(stream);
        return new PromptTemplate(resource, reader.ReadToEnd(), places);
    }
}
