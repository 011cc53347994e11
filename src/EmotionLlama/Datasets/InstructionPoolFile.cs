using EmotionLlama.Runtime;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace EmotionLlama.Datasets;

/// <summary>
/// A user's instructions in YAML or JSON: a list of instructions replaces those of a built-in task, and a map of
/// <c>answer</c> and <c>instructions</c> defines a task of the user's own, answered by a field of the fine-grained
/// annotations.
/// </summary>
/// <example><code>
/// emotion:
///   - What does the speaker feel?
/// voice_clues:
///   answer: audio_prior_list
///   instructions:
///     - How does the voice sound?
/// </code></example>
public static class InstructionPoolFile
{
    private const string AnswerKey = "answer";
    private const string InstructionsKey = "instructions";

    /// <summary>The built-in tasks, with the file's in their place or beside them.</summary>
    /// <exception cref="InputException">The file is missing, is not YAML, or is laid out differently; the message names
    /// the line.</exception>
    public static IReadOnlyDictionary<string, TaskDefinition> Read(string path)
    {
        var tasks = new Dictionary<string, TaskDefinition>(InstructionPools.BuiltIn);
        if (Load(path) is not YamlMappingNode root)
            throw new InputException($"{path}:1: expected a map of task to list of instructions");

        foreach (var (key, value) in root.Children)
        {
            var name = Text(path, key, "a task's name");
            tasks[name] = value is YamlMappingNode map
                ? ReadTask(path, name, map)
                : ReplaceInstructions(path, name, key, value);
        }

        return tasks;
    }

    private static YamlNode? Load(string path)
    {
        using var reader = DataFile.OpenText(path);
        var stream = new YamlStream();
        try
        {
            stream.Load(reader);
        }
        catch (YamlException e)
        {
            throw new InputException($"{path}:{e.Start.Line}: is not YAML: {e.Message.ReplaceLineEndings(" ")}", e);
        }

        return stream.Documents.Count > 0 ? stream.Documents[0].RootNode : null;
    }

    private static TaskDefinition ReplaceInstructions(string path, string name, YamlNode key, YamlNode value) =>
        InstructionPools.BuiltIn.TryGetValue(name, out var task)
            ? task with { Instructions = Instructions(path, name, value) }
            : throw new InputException(
                $"{Place(path, key)}: '{name}' is not a built-in task"
                + $" ({string.Join(", ", InstructionPools.BuiltIn.Keys)}); give a task of your own '{AnswerKey}: FIELD'"
                + $" and '{InstructionsKey}: […]'");

    private static TaskDefinition ReadTask(string path, string name, YamlMappingNode map)
    {
        string? answer = null;
        IReadOnlyList<string>? instructions = null;
        foreach (var (key, value) in map.Children)
        {
            switch (Text(path, key, "a key"))
            {
                case AnswerKey:
                    answer = Text(path, value, $"the field that answers '{name}'");
                    break;
                case InstructionsKey:
                    instructions = Instructions(path, name, value);
                    break;
                case var other:
                    throw new InputException(
                        $"{Place(path, key)}: unknown key '{other}' of task '{name}'; use '{AnswerKey}' and"
                        + $" '{InstructionsKey}'");
            }
        }

        if (answer is null || instructions is null)
        {
            throw new InputException(
                $"{Place(path, map)}: task '{name}' needs both '{AnswerKey}', a field of the fine-grained annotations,"
                + $" and '{InstructionsKey}', a list");
        }

        return new TaskDefinition
        {
            Name = name,
            Source = AnswerSource.FineGrained,
            Field = answer,
            Instructions = instructions,
        };
    }

    private static IReadOnlyList<string> Instructions(string path, string name, YamlNode value) =>
        value is YamlSequenceNode { Children.Count: > 0 } list
            ? [.. list.Children.Select(item => Text(path, item, $"an instruction of '{name}'"))]
            : throw new InputException($"{Place(path, value)}: '{name}' needs a list of at least one instruction");

    private static string Text(string path, YamlNode node, string what) =>
        node is YamlScalarNode { Value: { } text } && !string.IsNullOrWhiteSpace(text)
            ? text.ReplaceLineEndings(" ").Trim()
            : throw new InputException($"{Place(path, node)}: expected {what}, a text");

    private static string Place(string path, YamlNode node) => $"{path}:{node.Start.Line}";
}
