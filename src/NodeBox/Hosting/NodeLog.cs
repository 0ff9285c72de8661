using Microsoft.Extensions.Logging;
using NodeBox.Telemetry;

namespace NodeBox.Hosting;

/// <summary>
/// The node's log: one line an event on stderr (for journald or the lab's log file), and the same line to <paramref name="forward"/>,
/// which pushes it to the collector for the run folder.
/// </summary>
internal sealed class NodeLog(Action<long, string, string> forward) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, forward);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, Action<long, string, string> forward) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            string text = $"{category}: {formatter(state, exception)}";
            if (exception is not null)
            {
                text = $"{text} ({exception.GetType().Name}: {exception.Message})";
            }

            string level = NameOf(logLevel);
            Console.Error.WriteLine($"{level} {text}");
            forward(NodeClock.NowNs(), level, text);
        }

        private static string NameOf(LogLevel level) => level switch
        {
            LogLevel.Information => "info",
            LogLevel.Warning => "warning",
            LogLevel.Error => "error",
            LogLevel.Critical => "critical",
            _ => "debug",
        };
    }
}
