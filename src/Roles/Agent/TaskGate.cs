using NodeBox.A2A;

namespace NodeBox.Roles.Agent;

/// <summary>Bounds how many messages an agent works at and how many wait.</summary>
internal sealed class TaskGate(string agent, int concurrent, int queue) : IDisposable
{
    private readonly SemaphoreSlim _free = new(concurrent);
    private int _present;

    /// <summary>Waits for a place; disposing what it returns gives the place back.</summary>
    /// <exception cref="A2AException">As many messages wait as may.</exception>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _present) > concurrent + queue)
        {
            Interlocked.Decrement(ref _present);
            throw new A2AException(A2AErrorCode.AgentBusy, $"{agent} works at {concurrent} tasks and {queue} wait; try again later");
        }

        try
        {
            await _free.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            Interlocked.Decrement(ref _present);
            throw;
        }

        return new Place(this);
    }

    public void Dispose() => _free.Dispose();

    private void Leave()
    {
        _free.Release();
        Interlocked.Decrement(ref _present);
    }

    private sealed class Place(TaskGate gate) : IDisposable
    {
        public void Dispose() => gate.Leave();
    }
}
