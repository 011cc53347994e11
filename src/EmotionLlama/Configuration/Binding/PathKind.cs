namespace EmotionLlama.Configuration.Binding;

/// <summary>What a path in a recipe names.</summary>
internal enum PathKind
{
    /// <summary>A file that is read.</summary>
    File,

    /// <summary>A folder that is read.</summary>
    Folder,

    /// <summary>A file or a folder that is read.</summary>
    FileOrFolder,

    /// <summary>A folder that is written; it need not exist.</summary>
    Output,
}
