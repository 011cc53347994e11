using System.CommandLine;
using EmotionLlama.Runtime;

namespace EmotionLlama.Cli;

/// <summary>The options that every verb understands, before or after its name.</summary>
internal sealed class GlobalOptions
{
    /// <summary>Print one JSON object instead of text.</summary>
    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Print the result as JSON.",
        Recursive = true,
    };

    /// <summary>The folder of an existing PyTorch's libraries.</summary>
    public Option<string?> LibTorchFolder { get; } = new("--libtorch")
    {
        Description = "The 'lib' folder of an installed PyTorch, to compute on a GPU. "
            + $"[default: ${LibTorch.FolderVariable}, or else the CPU libraries that come with the program]",
        HelpName = "FOLDER",
        Recursive = true,
    };

    /// <summary>Print stack traces of errors.</summary>
    public Option<bool> Debug { get; } = new("--debug")
    {
        Description = "Print the stack trace of an error.",
        Recursive = true,
    };

    /// <summary>Adds the options to the root, from where they reach the verbs.</summary>
    public void AddTo(RootCommand root)
    {
        root.Add(Json);
        root.Add(LibTorchFolder);
        root.Add(Debug);
    }

    /// <summary>Loads libtorch as the command line says. For verbs that compute, once their input is checked: it takes
    /// a second that a mistake in a recipe should not wait for.</summary>
    public LibTorchInstallation LoadLibTorch(ParseResult parsed) => LibTorch.Load(parsed.GetValue(LibTorchFolder));
}
