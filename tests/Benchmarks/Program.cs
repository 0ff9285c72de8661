using System.Runtime.InteropServices;
using NodeBox.Benchmarks.Devices;
using NodeBox.Benchmarks.Llm;
using NodeBox.Benchmarks.Probes;

// `./dev bench` builds what is measured and starts this in the root of the repository. An interrupted run removes what it made.
using CancellationTokenSource stop = new();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    return args switch
    {
        ["probes"] => ProbesBenchmark.Run(new ProbesOptions(), stop.Token),
        ["probes", "--rounds", string n] when int.TryParse(n, out int rounds) && rounds > 0 => ProbesBenchmark.Run(new ProbesOptions { Rounds = rounds }, stop.Token),
        ["llm", .. string[] rest] when LlmOptions.Read(rest) is { } options => await LlmBenchmark.RunAsync(options, stop.Token),
        ["devices", .. string[] rest] when DeviceOptions.Read(rest) is { } options => await DeviceCheck.RunAsync(options, stop.Token),
        ["cut"] => await SliceCutCost.RunAsync(),
        ["read-probes", string watch] when Enum.TryParse(watch, out Watch parsed) => ProbeReader.Run(parsed, stop.Token),
        _ => Usage(),
    };
}
catch (Exception e)
{
    Console.Error.WriteLine($"bench: {e.Message}");
    return stop.IsCancellationRequested ? 130 : 1;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

static int Usage()
{
    Console.Error.WriteLine("usage: ./dev bench probes [--rounds N]\n       ./dev bench llm [--rounds N | --quick]\n       tests/gpu-check.sh [--processor]");
    return 2;
}
