using System.Diagnostics;

namespace NodeBox.Probing;

/// <summary>Something that the recorder's thread does every so often.</summary>
internal sealed class Periodic(TimeSpan interval, Action run)
{
    private long _last = Stopwatch.GetTimestamp();

    public void RunIfDue()
    {
        if (Stopwatch.GetElapsedTime(_last) >= interval)
        {
            _last = Stopwatch.GetTimestamp();
            run();
        }
    }
}
