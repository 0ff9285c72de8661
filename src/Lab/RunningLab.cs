using System.Diagnostics;

namespace NodeBox.Lab;

/// <summary>
/// A lab that this process has brought up. Disposing takes a bound lab down and waits for it; a persistent one stays up.
/// </summary>
public sealed class RunningLab : IAsyncDisposable
{
    private readonly Process _supervisor;
    private readonly LabLifetime _lifetime;

    internal RunningLab(Process supervisor, LabLifetime lifetime, LabState state)
    {
        _supervisor = supervisor;
        _lifetime = lifetime;
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
        if (_lifetime == LabLifetime.Bound)
        {
            _supervisor.StandardInput.Close();
            await Ended;
        }

        _supervisor.Dispose();
    }

    private async Task<LabState> WaitForEndAsync()
    {
        string last = await _supervisor.StandardOutput.ReadToEndAsync();
        await _supervisor.WaitForExitAsync();
        return LabState.Parse(last) ?? State with
        {
            Status = LabStatus.Abandoned,
            Reason = $"the supervisor of lab {State.Name} (pid {State.SupervisorPid}) {ExitCause.Explain(_supervisor.ExitCode)}",
            Fault = LabFault.Failed,
        };
    }
}
