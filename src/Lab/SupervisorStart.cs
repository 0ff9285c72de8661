using System.Diagnostics;

namespace NodeBox.Lab;

/// <summary>A lab's start as seen by the process that asks for it: from the supervisor's first instant until its lab is up or has failed.</summary>
internal static class SupervisorStart
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(25);

    /// <summary>Starts the supervisor in a session of its own and gives it the specification.</summary>
    internal static Process Begin(LabSpec spec, IReadOnlyList<string> command)
    {
        Libc.KeepDescriptorsFromChildren();
        // All three streams are pipes to this process, so that the supervisor holds no terminal and no pipe of a caller.
        var start = new ProcessStartInfo(Programs.Setsid, command)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process supervisor = Process.Start(start)!;
        try
        {
            supervisor.StandardInput.WriteLine(spec.ToLine());
            supervisor.StandardInput.Flush();
            if (spec.Lifetime == LabLifetime.Persistent)
            {
                supervisor.StandardInput.Close();
            }
        }
        catch (IOException)
        {
            // It has ended before it read the line; its exit code and its words say more than EPIPE.
        }

        return supervisor;
    }

    /// <summary>The state of the lab once it is up. Throws with the reason when the supervisor ends before that.</summary>
    internal static async Task<LabState> WaitUntilUpAsync(
        LabSpec spec, Process supervisor, IProgress<LabState>? progress, CancellationToken cancellation)
    {
        var files = new LabFiles(spec.Name);
        Task<string> said = supervisor.StandardError.ReadToEndAsync(CancellationToken.None);
        string last = "";
        while (true)
        {
            // Asked before the state is read: what a supervisor that has ended wrote is then there to read.
            bool ended = supervisor.HasExited;
            LabState? state = LabState.Load(files.State);
            if (state?.SupervisorPid == supervisor.Id)
            {
                string now = string.Join(' ', state.Nodes.Select(node => $"{node.Pid}{node.Ready}").Prepend(state.Status.ToString()));
                if (now != last)
                {
                    last = now;
                    progress?.Report(state);
                }

                if (state.Status == LabStatus.Up)
                {
                    return state;
                }
            }

            if (ended)
            {
                throw await WhyNotUpAsync(spec, supervisor, state, said);
            }

            await Task.Delay(s_poll, cancellation);
        }
    }

    private static async Task<LabException> WhyNotUpAsync(LabSpec spec, Process supervisor, LabState? state, Task<string> said)
    {
        if (state?.SupervisorPid == supervisor.Id && state.Reason is string reason)
        {
            return new LabException(state.Fault ?? LabFault.Failed, reason);
        }

        if (supervisor.ExitCode == 0)
        {
            return new LabException(LabFault.Failed, $"lab {spec.Name} was taken down while it was starting");
        }

        string words = (await said).Trim();
        return new LabException(
            LabFault.Failed,
            words.Length > 0 ? words : $"the supervisor of lab {spec.Name} {ExitCause.Explain(supervisor.ExitCode)} and said nothing");
    }
}
