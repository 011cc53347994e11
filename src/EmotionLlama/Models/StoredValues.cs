using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>Where a tensor's values lie in an open file: behind one another, in the order of its shape.</summary>
/// <param name="Type">The data type they are stored in.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="Read">Fills a span from so many bytes behind the first value on; safe to call from several threads, as
/// long as the file is open. Throws an <see cref="InputException"/> where the file ends before.</param>
public sealed record StoredValues(ScalarType Type, long Bytes, Action<long, Span<byte>> Read);
