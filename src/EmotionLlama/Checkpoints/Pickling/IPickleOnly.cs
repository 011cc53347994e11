namespace EmotionLlama.Checkpoints.Pickling;

/// <summary>A thing that exists while a pickle is read, such as a constructor or the type of a storage, and is no
/// value: a finished object tree holds none.</summary>
internal interface IPickleOnly;
