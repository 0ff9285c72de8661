using System.Runtime.InteropServices;

namespace NodeBox.Lab;

/// <summary>
/// The process that owns a lab. <see cref="Labs.UpAsync"/> starts it in a session of its own, with one line on standard input: the
/// specification; it ends with one line on standard output: the last state. SIGTERM and SIGINT take the lab down; so does the end of standard input when the lab is bound to its starter.
/// </summary>
public static class LabSupervisor
{
    /// <summary>Runs until the lab is down.</summary>
    /// <returns>The exit code of the process: 0 when the lab was told to go down, 1 when it failed or never began.</returns>
    public static async Task<int> RunAsync()
    {
        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration terminate = StopOn(PosixSignal.SIGTERM, stop);
        using PosixSignalRegistration interrupt = StopOn(PosixSignal.SIGINT, stop);
        using PosixSignalRegistration hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => signal.Cancel = true);
        try
        {
            using var input = new StreamReader(Console.OpenStandardInput());
            LabSpec spec = LabSpec.Parse(await input.ReadLineAsync() ?? "");
            spec.Check();
            var files = new LabFiles(spec.Name);
            using LabLock held = LabLock.TryTake(files, TimeSpan.FromSeconds(2)) ?? throw Labs.AlreadyUp(spec.Name, LabLock.Holder(files));
            if (spec.Lifetime == LabLifetime.Bound)
            {
                _ = StopAtEndAsync(input, stop);
            }

            LabState last = await new SupervisedLab(spec, files).RunAsync(stop.Token);
            await Console.Out.WriteLineAsync(last.ToJson());
            return last.Status == LabStatus.Down ? 0 : 1;
        }
        catch (Exception e) when (e is LabException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    private static PosixSignalRegistration StopOn(PosixSignal signal, CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });

    private static async Task StopAtEndAsync(StreamReader input, CancellationTokenSource stop)
    {
        while (await input.ReadLineAsync() is not null)
        {
        }

        await stop.CancelAsync();
    }
}
