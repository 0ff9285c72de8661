using System.Net.Sockets;
using NodeBox.Probes.Native;
using NodeBox.Probes.Native.Sys;
using NodeBox.Probes.Native.Tags;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Probing;

/// <summary>
/// Tags and slices the connections of a driver. Its flows are measured by the node of its machine, so it tags through that node's map, whose
/// descriptor the node hands over at a unix socket, and sends its cuts to another. Where the kernel does not let it use the map, its flows have
/// slices and no tags. Without such a node its flows are neither measured nor tagged there.
/// </summary>
internal sealed class DriverTags : IDisposable
{
    private readonly TagMap? _map;
    private readonly SocketTagger? _tagger;
    private readonly CutSender? _cuts;

    private DriverTags(TagMap? map, CutSender? cuts, Action<string> report)
    {
        _map = map;
        _cuts = cuts;
        _tagger = map is null ? null : new SocketTagger(map, report);
    }

    /// <param name="stateDirectory">The state directory of the node on this machine.</param>
    /// <param name="report">
    /// Is told why the driver's connections are not tagged or sliced although its node seems to measure flows, now or later.
    /// </param>
    public static DriverTags From(string stateDirectory, Action<string> report)
    {
        string path = Path.Combine(stateDirectory, FlowRecorder.TagSocketName);
        if (!File.Exists(path))
        {
            return new DriverTags(map: null, cuts: null, report);
        }

        TagMap? map = null;
        string? untagged = null;
        try
        {
            map = TagMap.Receive(path);
        }
        catch (Exception e) when (e is ProbeUnavailableException or BpfException)
        {
            untagged = e.Message;
        }

        try
        {
            // Unlike tags, cuts need no bpf(2).
            CutSender cuts = CutSender.Connect(Path.Combine(stateDirectory, FlowRecorder.CutSocketName), report);
            if (untagged is not null)
            {
                report($"they have slices and no tags ({untagged})");
            }

            return new DriverTags(map, cuts, report);
        }
        catch (IOException e)
        {
            // A killed node leaves its sockets behind, and may run without probes since.
            map?.Dispose();
            report(untagged ?? e.Message);
            return new DriverTags(map: null, cuts: null, report);
        }
    }

    public void Cut(Socket socket, in SliceCut cut, TagFlags flags)
    {
        _cuts?.Send(in cut);
        if (cut.Tag is not null || flags != TagFlags.None)
        {
            _tagger?.Set(socket, cut.Tag, flags);
        }
    }

    public void Dispose()
    {
        _cuts?.Dispose();
        _map?.Dispose();
    }
}
