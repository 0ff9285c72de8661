using System.Diagnostics;

namespace NodeBox.Lab;

/// <summary>The labs of this machine.</summary>
public static class Labs
{
    // A moment more than a supervisor may give its nodes.
    private static readonly TimeSpan s_downGrace = LabSpec.MaxStopWithin + TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_killGrace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(25);

    /// <summary>
    /// Brings a lab up: starts its supervisor, a process of its own session, and returns when every node is ready.
    /// When it fails or is cancelled, nothing of the lab is left but the reason and the logs.
    /// </summary>
    /// <param name="supervisorCommand">Program and arguments that call <see cref="LabSupervisor.RunAsync"/>.</param>
    /// <param name="progress">Told of every change on the way.</param>
    /// <exception cref="LabException">The specification is wrong, the machine lacks something, such a lab is up already, or a node failed.</exception>
    public static async Task<RunningLab> UpAsync(
        LabSpec spec,
        IReadOnlyList<string> supervisorCommand,
        IProgress<LabState>? progress = null,
        CancellationToken cancellation = default)
    {
        spec.Check();
        Machine.Check();
        if (LabLock.Holder(new LabFiles(spec.Name)) is int owner)
        {
            throw AlreadyUp(spec.Name, owner);
        }

        if (spec.LogDirectory is string logs)
        {
            spec = spec with { LogDirectory = Path.GetFullPath(logs) };
        }

        Process supervisor = SupervisorStart.Begin(spec, supervisorCommand);
        try
        {
            LabState state = await SupervisorStart.WaitUntilUpAsync(spec, supervisor, progress, cancellation);
            return new RunningLab(supervisor, spec.Lifetime, state);
        }
        catch
        {
            if (!supervisor.HasExited)
            {
                Libc.Kill(supervisor.Id, Libc.SigTerm);
                await supervisor.WaitForExitAsync(CancellationToken.None);
            }

            supervisor.Dispose();
            throw;
        }
    }

    /// <summary>What is known of the lab of this name, null when nothing is up and nothing failed.</summary>
    public static LabState? Status(string name)
    {
        try
        {
            return StatusOf(new LabFiles(name));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new LabException(LabFault.Machine, $"{e.Message} Run it with sudo");
        }
    }

    /// <summary>Every lab of this machine that is up, or has failed and was not taken down since.</summary>
    public static IReadOnlyList<LabState> All() => Directory.Exists(LabFiles.Root)
        ? [.. Directory.EnumerateDirectories(LabFiles.Root).Select(folder => Status(Path.GetFileName(folder))).OfType<LabState>()]
        : [];

    /// <summary>
    /// Takes a lab down, whether its supervisor lives or was killed, and removes what it left.
    /// </summary>
    /// <returns>The lab as it was before, null when there was no lab of this name.</returns>
    public static async Task<LabState?> DownAsync(string name)
    {
        var files = new LabFiles(name);
        Machine.Check();
        LabState? before = Status(name);
        if (!Directory.Exists(files.Directory) && Namespaces.Existing(name).Count == 0)
        {
            return null;
        }

        await StopSupervisorAsync(name, files);
        using LabLock held = LabLock.TryTake(files, TimeSpan.FromSeconds(2)) ?? throw AlreadyUp(name, LabLock.Holder(files));
        Namespaces.RemoveAll(name);
        files.Remove();
        return before ?? new LabState(name, LabStatus.Abandoned, SupervisorPid: 0, CongestionControl: "", Nodes: []);
    }

    internal static LabException AlreadyUp(string name, int? owner)
    {
        // The supervisor's id is unknown in the instants when it takes and leaves the lock.
        string supervisor = owner > 0 ? $" (supervisor pid {owner})" : "";
        return new LabException(LabFault.Failed, $"lab {name} is up already{supervisor}: take it down first, with `nodebox lab down`");
    }

    private static LabState? StatusOf(LabFiles files)
    {
        LabState? state = LabState.Load(files.State);
        if (LabLock.Holder(files) is not null)
        {
            return state;
        }
        // A supervisor that has ended just now has removed its state since, or written why.
        state = LabState.Load(files.State);
        if (state is null || state.Status == LabStatus.Failed)
        {
            return state;
        }

        return state with
        {
            Status = LabStatus.Abandoned,
            Reason = $"its supervisor (pid {state.SupervisorPid}) was killed; the next up or down of this lab removes what it left",
            Fault = LabFault.Failed,
        };
    }

    private static async Task StopSupervisorAsync(string name, LabFiles files)
    {
        if (await ReleasedAsync(files, LabLock.Holder(files), Libc.SigTerm, s_downGrace))
        {
            return;
        }

        if (!await ReleasedAsync(files, LabLock.Holder(files), Libc.SigKill, s_killGrace))
        {
            throw new LabException(LabFault.Failed, $"process {LabLock.Holder(files)}, which holds lab {name}, does not end");
        }
    }

    /// <summary>Signals the holder of the lock, if there is one, and waits until there is none.</summary>
    private static async Task<bool> ReleasedAsync(LabFiles files, int? holder, int signal, TimeSpan patience)
    {
        if (holder > 0 && holder != Environment.ProcessId)
        {
            Libc.Kill(holder.Value, signal);
        }

        DateTime until = DateTime.UtcNow + patience;
        while (LabLock.Holder(files) is not null)
        {
            if (DateTime.UtcNow > until)
            {
                return false;
            }

            await Task.Delay(s_poll);
        }

        return true;
    }
}
