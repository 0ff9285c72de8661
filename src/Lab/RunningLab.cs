using System.Diagnostics;

namespace NodeBox.Lab;

/// <summary>
/// A lab that this process has brought up. Disposing takes a bound lab down and waits for it; a persistent one stays up.
/// </summary>
public sealed class RunningLab : IAsyncDisposable
{
    private readonly Process supervisor;
    private readonly LabLifetime lifetime;
    private readonly LabFiles files;

    internal RunningLab(Process supervisor, LabLifetime lifetime, LabState state)
    {
        this.supervisor = supervisor;
        this.lifetime = lifetime;
        files = new LabFiles(state.Name);
        State = state;
        Ended = WaitForEndAsync();
    }

    /// <summary>The lab as it was when all its nodes were ready.</summary>
    public LabState State { get; }

    /// <summary>Ends when the lab is down: with the reason when it failed, with null when it was taken down.</summary>
    public Task<string?> Ended { get; }

    public async ValueTask DisposeAsync()
    {
        if (lifetime == LabLifetime.Bound)
        {
            supervisor.StandardInput.Close();
            await Ended;
        }
        supervisor.Dispose();
    }

    private async Task<string?> WaitForEndAsync()
    {
        await supervisor.WaitForExitAsync();
        return supervisor.ExitCode switch
        {
            0 => null,
            1 when LabState.Load(files.State) is { Reason: string reason } last && last.SupervisorPid == State.SupervisorPid => reason,
            int code => $"the supervisor of lab {State.Name} (pid {State.SupervisorPid}) {ExitCause.Explain(code)}",
        };
    }
}
