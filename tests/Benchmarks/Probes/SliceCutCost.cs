using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using NodeBox.Analysis.Statistics;
using NodeBox.Configuration;
using NodeBox.Probing;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Push;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Benchmarks.Probes;

/// <summary>
/// What a boundary costs the call that makes it, through the product's own path: the tagged stream notices another exchange, reads TCP_INFO,
/// and hands the cut to the recorder, which tags the socket in the kernel and queues it. The same writes without another exchange are
/// measured beside it; both write nothing, so that the difference is the cut.
/// </summary>
internal static class SliceCutCost
{
    private const int Blocks = 300;
    private const int CutsPerBlock = 200;

    // As long as a recorder takes to drain once, so that its queue is as in a node that is not overloaded.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Prints the nanoseconds of one cut. Runs in the namespace, which the probes watch.</summary>
    public static async Task<int> RunAsync()
    {
        string folder = Directory.CreateTempSubdirectory("nodebox-bench-").FullName;
        try
        {
            TestbedNode node = new("bench", IPAddress.Loopback, "tools", new RoleSettings());
            using FlowRecorder flows = FlowRecorder.Attach(node, new ProbeSettings(), NullLogger.Instance);
            if (flows.WhyNot is string why)
            {
                throw new InvalidOperationException(why);
            }

            PushSettings settings = new() { Node = node.Name, BootId = "bench", Collector = node.UrlOf(1), SpoolDirectory = folder };
            await using TelemetryPusher push = TelemetryPusher.Start(settings, NullLogger.Instance);
            flows.Start(push);
            using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            await using TaggedStream stream = Connect((IPEndPoint)listener.LocalEndPoint!, flows.Cut);
            using Socket server = listener.Accept();
            double median = MedianCutNs(stream);
            if (flows.Counters is { CutsDropped: > 0 } or { TagFailures: > 0 })
            {
                throw new InvalidOperationException($"cuts were dropped, so that their cost means nothing: {flows.Counters}");
            }

            Console.WriteLine(median.ToString("F0", CultureInfo.InvariantCulture));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static TaggedStream Connect(IPEndPoint server, CutSlice cut)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SlicedSocket slices = new(socket, cut, opener: null);
        socket.Connect(server);
        slices.Connected();
        TaggedStream stream = new(socket, slices);
        stream.Ready();
        return stream;
    }

    private static double MedianCutNs(TaggedStream stream)
    {
        List<double> differences = [];
        for (int block = 0; block < Blocks; block++)
        {
            Exchange[] different = [.. Enumerable.Range(0, CutsPerBlock).Select(_ => NewExchange())];
            Exchange[] same = [.. Enumerable.Repeat(NewExchange(), CutsPerBlock)];
            double with = WriteNs(stream, different);
            WriteNs(stream, same[..1]);
            differences.Add(with - WriteNs(stream, same));
            Thread.Sleep(s_pause);
        }

        return new Sample(differences).Quantile(0.5);
    }

    private static double WriteNs(TaggedStream stream, Exchange[] exchanges)
    {
        long begin = Stopwatch.GetTimestamp();
        foreach (Exchange exchange in exchanges)
        {
            Exchange.Current = exchange;
            stream.Write([]);
        }

        return Stopwatch.GetElapsedTime(begin).TotalNanoseconds / exchanges.Length;
    }

    private static Exchange NewExchange() =>
        new(new Tag(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), "agent-a"), SliceKind.Tool);
}
