namespace EmotionLlama.Datasets;

/// <summary>Makes numbered things ahead of their use, on threads of its own.</summary>
internal static class ReadAhead
{
    /// <summary>The things in the order of their numbers. Threads run while the result is being gone through, and have
    /// ended when it is disposed of, as <c>foreach</c> does.</summary>
    /// <param name="first">The first number.</param>
    /// <param name="end">The number behind the last.</param>
    /// <param name="threads">Threads; 0 makes each thing when it is asked for.</param>
    /// <param name="most">The most things that are ready or being made; those not taken are disposed of.</param>
    /// <param name="make">Makes a thing. What it throws comes out where the thing would.</param>
    /// <param name="cancellation">Stops making and waiting.</param>
    public static IEnumerable<T> Of<T>(
        long first,
        long end,
        int threads,
        int most,
        Func<long, CancellationToken, T> make,
        CancellationToken cancellation) =>
        threads == 0 ? Here(first, end, make, cancellation) : Ahead(first, end, threads, most, make, cancellation);

    private static IEnumerable<T> Here<T>(
        long first, long end, Func<long, CancellationToken, T> make, CancellationToken cancellation)
    {
        for (var number = first; number < end; number++)
            yield return make(number, cancellation);
    }

    private static IEnumerable<T> Ahead<T>(
        long first,
        long end,
        int threads,
        int most,
        Func<long, CancellationToken, T> make,
        CancellationToken cancellation)
    {
        var ahead = new Queue<Task<T>>();
        try
        {
            using var workers = new WorkerThreads<T>(threads, make, cancellation);
            for (var number = first; number < end || ahead.Count > 0;)
            {
                while (number < end && ahead.Count < most)
                    ahead.Enqueue(workers.Start(number++));

                // What is ready is not waited for, so the wait alone would not see that it is cancelled.
                cancellation.ThrowIfCancellationRequested();

                // Left in the queue until it is there, so that it is disposed of should the wait be cancelled.
                var made = ahead.Peek().WaitAsync(cancellation).GetAwaiter().GetResult();
                _ = ahead.Dequeue();
                yield return made;
            }
        }
        finally
        {
            foreach (var task in ahead.Where(task => task.IsCompletedSuccessfully))
                (task.Result as IDisposable)?.Dispose();
        }
    }
}
