using System.Collections.Concurrent;

namespace NodeBox.Scenarios.Tests.Running;

/// <summary>What happened at the services of a run, in order; the same thing many times over is noted once.</summary>
internal sealed class RunLog
{
    private readonly ConcurrentQueue<string> _lines = [];

    public IReadOnlyList<string> Lines => [.. _lines];

    public void Add(string line) => _lines.Enqueue(line);

    /// <summary>The lines of the kinds in <paramref name="words"/> with repetitions of a neighbour left out.</summary>
    public IReadOnlyList<string> Order(params string[] words)
    {
        string[] chosen = [.. _lines.Where(line => words.Any(word => line.Contains(word, StringComparison.Ordinal)))];
        return [.. chosen.Where((line, i) => i == 0 || chosen[i - 1] != line)];
    }
}
