namespace EmotionLlama.Verification;

/// <summary>Something that several checks use: made when the first of them asks for it, disposed with this. Where it
/// cannot be made, each of the checks gets the error.</summary>
/// <param name="make">Makes it.</param>
internal sealed class Shared<T>(Func<T> make) : IDisposable
    where T : IDisposable
{
    private readonly Lazy<T> _value = new(make);

    /// <summary>The thing itself.</summary>
    public T Value => _value.Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_value.IsValueCreated)
            _value.Value.Dispose();
    }
}
