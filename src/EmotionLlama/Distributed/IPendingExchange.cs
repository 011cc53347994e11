namespace EmotionLlama.Distributed;

/// <summary>An exchange that has been started.</summary>
public interface IPendingExchange
{
    /// <summary>Makes what is done next see the result. On a GPU the device waits for it, and the host does not.</summary>
    /// <exception cref="RankFailureException">A rank has failed.</exception>
    void Wait();
}
