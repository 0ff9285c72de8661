namespace NodeBox.Roles.Llm.Engines;

/// <summary>Reads a text to its end on a thread of its own and keeps its last lines.</summary>
internal sealed class LastLines
{
    private const int Kept = 20;

    private readonly Queue<string> _lines = new();
    private readonly TextReader _text;
    private readonly Thread _thread;

    public LastLines(TextReader text)
    {
        _text = text;
        _thread = new Thread(ReadAll) { Name = "engine errors", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The last lines, once the text has ended or <paramref name="patience"/> has.</summary>
    public IReadOnlyList<string> Read(TimeSpan patience)
    {
        _thread.Join(patience);
        lock (_lines)
        {
            return [.. _lines];
        }
    }

    private void ReadAll()
    {
        while (_text.ReadLine() is { } line)
        {
            lock (_lines)
            {
                _lines.Enqueue(line);
                if (_lines.Count > Kept)
                {
                    _lines.Dequeue();
                }
            }
        }
    }
}
