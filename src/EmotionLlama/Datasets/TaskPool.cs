using EmotionLlama.Configuration;
using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Datasets;

/// <summary>The tasks of a data set with their weights.</summary>
public sealed class TaskPool
{
    private readonly TaskDefinition[] _tasks;
    private readonly double[] _weights;

    private TaskPool(TaskDefinition[] tasks, double[] weights)
    {
        _tasks = tasks;
        _weights = weights;
    }

    /// <summary>The tasks, in the order of the recipe.</summary>
    public IReadOnlyList<TaskDefinition> Tasks => _tasks;

    /// <summary>The tasks of a recipe.</summary>
    /// <param name="dataset">The data set's name, for messages.</param>
    /// <param name="recipe">The data set's recipe.</param>
    /// <exception cref="InputException">A task is unknown, a weight is negative, or none is positive; or the user's
    /// instruction file is faulty.</exception>
    public static TaskPool Create(string dataset, DatasetRecipe recipe)
    {
        var key = $"datasets.{dataset}.task_pool";
        var known = recipe.InstructionPool is { } path ? InstructionPoolFile.Read(path) : InstructionPools.BuiltIn;
        var tasks = new List<TaskDefinition>();
        var weights = new List<double>();
        foreach (var (name, weight) in recipe.TaskPool)
        {
            if (!known.TryGetValue(name, out var task))
            {
                throw new InputException(
                    $"{key}: unknown task '{name}'; did you mean '{Spelling.Nearest(name, known.Keys)}'? A task of your"
                    + " own is defined in the file that instruction_pool names");
            }

            if (!double.IsFinite(weight) || weight < 0)
                throw new InputException($"{key}.{name}: {weight} is not a weight; use a number of 0 or more");

            if (weight > 0)
            {
                tasks.Add(task);
                weights.Add(weight);
            }
        }

        return tasks.Count > 0
            ? new TaskPool([.. tasks], [.. weights])
            : throw new InputException($"{key}: has no task with a weight above 0; try [emotion, reason_v2]");
    }

    /// <summary>The probability that a reading draws a task, in the order of <see cref="Tasks"/>.</summary>
    public IReadOnlyList<double> Probabilities => Array.ConvertAll(_weights, weight => weight / _weights.Sum());

    /// <summary>Draws a task by weight.</summary>
    public TaskDefinition Draw(ref SplitMix64 random)
    {
        var rest = random.NextDouble(0, _weights.Sum());
        var index = 0;
        while (index < _tasks.Length - 1 && rest >= _weights[index])
            rest -= _weights[index++];
        return _tasks[index];
    }

    /// <summary>A task of the pool by name.</summary>
    /// <exception cref="ArgumentException">The pool has no such task.</exception>
    public TaskDefinition Find(string name) =>
        Array.Find(_tasks, task => task.Name == name)
        ?? throw new ArgumentException($"the pool has no task '{name}'", nameof(name));
}
