using System.Security.Cryptography;

namespace NodeBox.Roles.Tools.Mcp;

/// <summary>
/// The open sessions of one server: bounded in number, ended when idle. Idle ones are looked for when another session is opened, since
/// until then they take no more room than the bound allows.
/// </summary>
internal sealed class McpSessions(int max, TimeSpan idleTimeout, TimeProvider clock, Func<string, McpSession> start) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _open = new(StringComparer.Ordinal);

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _open.Count;
            }
        }
    }

    /// <summary>Opens a session and uses it, or returns null where all of them are in use. Dispose the use when its request ends.</summary>
    public async ValueTask<Use?> OpenAsync()
    {
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        List<McpSession> expired;
        Use? use = null;
        lock (_lock)
        {
            expired = TakeExpired();
            if (_open.Count < max)
            {
                var entry = new Entry(start(id));
                _open.Add(id, entry);
                use = UseOf(entry);
            }
        }

        foreach (McpSession session in expired)
        {
            await session.DisposeAsync();
        }

        return use;
    }

    /// <summary>Uses an open session, or returns null where there is none of that id, or no longer.</summary>
    public Use? Find(string id)
    {
        lock (_lock)
        {
            return _open.TryGetValue(id, out Entry? entry) && !HasExpired(entry) ? UseOf(entry) : null;
        }
    }

    /// <summary>Ends a session. False where there is none of that id, or no longer.</summary>
    public async ValueTask<bool> CloseAsync(string id)
    {
        Entry? entry;
        bool wasOpen;
        lock (_lock)
        {
            wasOpen = _open.Remove(id, out entry) && !HasExpired(entry);
        }

        if (entry is not null)
        {
            await entry.Session.DisposeAsync();
        }

        return wasOpen;
    }

    public async ValueTask DisposeAsync()
    {
        List<Entry> all;
        lock (_lock)
        {
            all = [.. _open.Values];
            _open.Clear();
        }

        foreach (Entry entry in all)
        {
            await entry.Session.DisposeAsync();
        }
    }

    private bool HasExpired(Entry entry) => entry.Uses == 0 && clock.GetElapsedTime(entry.LastUsed) >= idleTimeout;

    private List<McpSession> TakeExpired()
    {
        List<Entry> expired = [.. _open.Values.Where(HasExpired)];
        foreach (Entry entry in expired)
        {
            _open.Remove(entry.Session.Id!);
        }

        return [.. expired.Select(static entry => entry.Session)];
    }

    private Use UseOf(Entry entry)
    {
        entry.Uses++;
        return new Use(entry.Session, () => End(entry));
    }

    private void End(Entry entry)
    {
        lock (_lock)
        {
            entry.Uses--;
            entry.LastUsed = clock.GetTimestamp();
        }
    }

    /// <summary>Keeps a session from expiring while a request uses it.</summary>
    public sealed class Use(McpSession session, Action end) : IDisposable
    {
        public McpSession Session => session;

        public void Dispose() => end();
    }

    private sealed class Entry(McpSession session)
    {
        public McpSession Session => session;

        public int Uses { get; set; }

        public long LastUsed { get; set; }
    }
}
