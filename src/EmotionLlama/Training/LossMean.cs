namespace EmotionLlama.Training;

/// <summary>The mean of some losses, kept in a form from which it can go on.</summary>
public sealed class LossMean
{
    /// <summary>The sum of the losses.</summary>
    public double Sum { get; private set; }

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    /// <summary>The mean; null without losses.</summary>
    public double? Value => Count > 0 ? Sum / Count : null;

    /// <summary>Adds a loss; one that is not finite is passed over.</summary>
    public void Add(double loss)
    {
        if (double.IsFinite(loss))
            (Sum, Count) = (Sum + loss, Count + 1);
    }

    /// <summary>Goes on from a sum.</summary>
    public void Restore(double sum, long count) => (Sum, Count) = (sum, count);
}
