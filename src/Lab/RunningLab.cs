using System.Diagnostics;

namespace NodeBox.Lab;

/// <summary>
/// A lab that this process has brought up. Disposing takes a bound lab down and waits for it; a persistent one stays up.
/// </summary>
public sealed class RunningLab : IAsyncDisposable
{
    private readonly Process supervisor;
    private readonly LabLifetime lifetime;

    internal RunningLab(Process supervisor, LabLifetime lifetime, LabState state)
    {
        this.supervisor = supervisor;
        this.lifetime = lifetime;
        State = state;
        Ended = WaitForEndAsync();
    }

    /// <summary>The lab as it was when all its nodes were ready.</summary>
    public LabState State { get; }

    /// <summary>
    /// Ends when the lab is no more, with its last state, exit codes of the nodes included: <see cref="LabStatus.Down"/> when it was told to go
    /// down, otherwise <see cref="LabStatus.Failed"/> or <see cref="LabStatus.Abandoned"/> with the reason.
    /// </summary>
    public Task<LabState> Ended { get; }

    public async ValueTask DisposeAsync()
    {
        if (lifetime == LabLifetime.Bound)
        {
            supervisor.StandardInput.Close();
            await Ended;
        }
        supervisor.Dispose();
    }

    private async Task<LabState> WaitForEndAsync()
    {
        string last = await supervisor.StandardOutput.ReadToEndAsync();
        await supervisor.WaitForExitAsync();
        return LabState.Parse(last) ?? State with
        {
            Status = LabStatus.Abandoned,
            Reason = $"the supervisor of lab {State.Name} (pid {State.SupervisorPid}) {ExitCause.Explain(supervisor.ExitCode)}",
            Fault = LabFault.Failed,
        };
    }
}
