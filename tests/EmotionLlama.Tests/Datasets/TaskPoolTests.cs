using EmotionLlama.Configuration;
using EmotionLlama.Datasets;

namespace EmotionLlama.Tests.Datasets;

public sealed class TaskPoolTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Tasks_are_drawn_by_weight()
    {
        var pool = TaskPool.Create("faces", Recipe(("emotion", 1), ("reason", 0), ("reason_v2", 3)));
        var random = new SplitMix64(1);

        var drawn = Enumerable.Range(0, 10_000).CountBy(_ => pool.Draw(ref random).Name).ToDictionary();

        Assert.Equal(["emotion", "reason_v2"], pool.Tasks.Select(task => task.Name));
        Assert.Equal([0.25, 0.75], pool.Probabilities);
        Assert.InRange(drawn["emotion"], 2_350, 2_650);
        Assert.Equal(10_000, drawn["emotion"] + drawn["reason_v2"]);
    }

    [Fact]
    public void Every_built_in_task_can_be_asked_in_several_ways()
    {
        Assert.Equal(["emotion", "reason", "reason_v2", "caption"], InstructionPools.BuiltIn.Keys);
        Assert.All(InstructionPools.BuiltIn.Values, task =>
            Assert.True(task.Instructions.Distinct().Count() >= 5, task.Name));
        Assert.All(InstructionPools.BuiltIn["emotion"].Instructions, instruction =>
            Assert.All(EmotionNames.All, label => Assert.Contains(label, instruction)));
    }

    [Fact]
    public void A_task_can_be_asked_for_by_name()
    {
        var pool = TaskPool.Create("faces", Recipe(("emotion", 1), ("reason", 1)));

        Assert.Same(InstructionPools.BuiltIn["reason"], pool.Find("reason"));
        Assert.Throws<ArgumentException>(() => pool.Find("caption"));
    }

    [Theory]
    [InlineData("resaon", 1, "datasets.faces.task_pool: unknown task 'resaon'; did you mean 'reason'?")]
    [InlineData("reason", -1, "datasets.faces.task_pool.reason: -1 is not a weight")]
    [InlineData("reason", 0, "datasets.faces.task_pool: has no task with a weight above 0")]
    public void A_faulty_pool_is_named_by_its_key(string task, double weight, string message)
    {
        var error = Assert.Throws<InputException>(() => TaskPool.Create("faces", Recipe((task, weight))));

        Assert.StartsWith(message, error.Message);
    }

    [Fact]
    public void A_users_file_replaces_instructions_and_defines_tasks()
    {
        var tasks = ReadFile(
            """
            reason:
              - Why?
              - How come?
            voice_clues:
              answer: audio_prior_list
              instructions: [How does it sound?]
            """);

        Assert.Equal(["Why?", "How come?"], tasks["reason"].Instructions);
        Assert.Equal(AnswerSource.CoarseGrained, tasks["reason"].Source);
        Assert.Equal(AnswerSource.FineGrained, tasks["voice_clues"].Source);
        Assert.Equal("audio_prior_list", tasks["voice_clues"].Field);
        Assert.Equal(InstructionPools.BuiltIn["emotion"], tasks["emotion"]);
    }

    [Fact]
    public void A_users_file_may_be_JSON() =>
        Assert.Equal(["Why, \"you\" say?"], ReadFile("""{"reason": ["Why, \"you\" say?"]}""")["reason"].Instructions);

    [Theory]
    [InlineData("- a list\n", ":1: expected a map of task to list of instructions")]
    [InlineData("reason: Why?\n", ":1: 'reason' needs a list of at least one instruction")]
    [InlineData("emotion: [Which?]\nreason: []\n", ":2: 'reason' needs a list of at least one instruction")]
    [InlineData("reason:\n- Why?\n- ''\n", ":3: expected an instruction of 'reason', a text")]
    [InlineData("mine: [Why?]\n", ":1: 'mine' is not a built-in task")]
    [InlineData("mine:\n  answer: text\n", ":2: task 'mine' needs both 'answer'")]
    [InlineData("mine:\n  answr: text\n", ":2: unknown key 'answr' of task 'mine'; use 'answer' and 'instructions'")]
    [InlineData("reason: [Why?\n", ":2: is not YAML")]
    public void A_faulty_file_is_named_with_its_line(string text, string message)
    {
        var error = Assert.Throws<InputException>(() => ReadFile(text));

        Assert.StartsWith(_path + message, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static DatasetRecipe Recipe(params (string Task, double Weight)[] pool) =>
        new() { TaskPool = pool.ToDictionary(entry => entry.Task, entry => entry.Weight) };

    private IReadOnlyDictionary<string, TaskDefinition> ReadFile(string text)
    {
        File.WriteAllText(_path, text);
        return InstructionPoolFile.Read(_path);
    }
}
