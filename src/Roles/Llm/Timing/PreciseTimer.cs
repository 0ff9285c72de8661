using System.Diagnostics;
using System.Runtime.InteropServices;

namespace NodeBox.Roles.Llm.Timing;

/// <summary>
/// A thread that does something at given times. The base library's timers count in milliseconds; this one waits in ppoll(2), which counts
/// in nanoseconds, and asks the kernel not to delay its wakeups in order to group them (PR_SET_TIMERSLACK, 50 µs by default). It does not
/// spin: that would take a processor from what is measured.
/// </summary>
internal sealed class PreciseTimer : IDisposable
{
    private const long Second = 1_000_000_000;
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);

    private readonly Func<long?> _run;
    private readonly int _wakeups;
    private readonly Thread _thread;
    private volatile bool _stopping;

    /// <param name="name">The thread's name.</param>
    /// <param name="run">Does all that is due, and says when there will be more, as <see cref="Stopwatch.GetTimestamp"/> counts; null for not yet known.</param>
    /// <exception cref="InvalidOperationException">The kernel gives no descriptor.</exception>
    public PreciseTimer(string name, Func<long?> run)
    {
        _run = run;
        _wakeups = Libc.EventFd(0, Libc.Cloexec);
        if (_wakeups < 0)
        {
            throw new InvalidOperationException($"eventfd failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        _thread = new Thread(Loop) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Has it ask again at once.</summary>
    public void Wake()
    {
        ulong one = 1;
        Libc.Write(_wakeups, ref one, sizeof(ulong));
    }

    public void Dispose()
    {
        _stopping = true;
        Wake();
        _thread.Join();
        Libc.Close(_wakeups);
    }

    private void Loop()
    {
        Libc.Control(Libc.SetTimerSlack, 1, 0, 0, 0);
        while (!_stopping)
        {
            Wait(_run());
        }
    }

    private void Wait(long? until)
    {
        TimeSpan left = until is { } due ? Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) : s_longest;
        if (left <= TimeSpan.Zero)
        {
            return;
        }

        long nanoseconds = (long)left.TotalNanoseconds;
        var timeout = new Libc.TimeSpec { Seconds = nanoseconds / Second, Nanoseconds = nanoseconds % Second };
        var poll = new Libc.PollDescriptor { Descriptor = _wakeups, Events = Libc.PollIn };
        if (Libc.Poll(ref poll, 1, ref timeout, 0) > 0)
        {
            ulong count = 0;
            Libc.Read(_wakeups, ref count, sizeof(ulong));
        }
    }
}
