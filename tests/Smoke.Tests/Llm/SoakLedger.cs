using System.Collections.Concurrent;

namespace NodeBox.Smoke.Tests.Llm;

/// <summary>What the clients of a soak saw.</summary>
internal sealed class SoakLedger
{
    private readonly ConcurrentDictionary<int, int> _answered = new();
    private readonly ConcurrentBag<string> _wrong = [];
    private int _unanswered;
    private int _sent;

    /// <summary>Answers by status, read to their end.</summary>
    public IReadOnlyDictionary<int, int> Answered => _answered;

    /// <summary>Requests whose client went away, or whose connection the node closed over a body that it does not take.</summary>
    public int Unanswered => _unanswered;

    public int Sent => _sent;

    /// <summary>Answers that a client should not have got.</summary>
    public IReadOnlyCollection<string> Wrong => _wrong;

    public void AddSent() => Interlocked.Increment(ref _sent);

    public void AddAnswer(int status) => _answered.AddOrUpdate(status, 1, static (_, count) => count + 1);

    public void AddUnanswered() => Interlocked.Increment(ref _unanswered);

    public void AddWrong(string what) => _wrong.Add(what);

    public override string ToString() =>
        $"{Sent} sent, {Unanswered} unanswered, {string.Join(", ", Answered.OrderBy(static entry => entry.Key).Select(static entry => $"{entry.Value} × {entry.Key}"))}";
}
