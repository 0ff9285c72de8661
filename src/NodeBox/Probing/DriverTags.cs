using System.Net.Sockets;
using NodeBox.Probes.Native;
using NodeBox.Probes.Native.Sys;
using NodeBox.Probes.Native.Tags;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Probing;

/// <summary>
/// Tags the sockets of a driver. Its flows are measured by the node of its machine, so it tags through that node's map, whose descriptor
/// the node hands over at a unix socket. Without such a node its flows are neither measured nor tagged there.
/// </summary>
internal sealed class DriverTags : IDisposable
{
    private readonly TagMap? _map;
    private readonly SocketTagger? _tagger;

    private DriverTags(TagMap? map, string? whyNot)
    {
        _map = map;
        _tagger = map is null ? null : new SocketTagger(map);
        WhyNot = whyNot;
    }

    /// <summary>Why the driver's connections are not tagged although its node seems to measure flows; otherwise null.</summary>
    public string? WhyNot { get; }

    /// <param name="stateDirectory">The state directory of the node on this machine.</param>
    public static DriverTags From(string stateDirectory)
    {
        string path = Path.Combine(stateDirectory, FlowRecorder.TagSocketName);
        try
        {
            return new DriverTags(File.Exists(path) ? TagMap.Receive(path) : null, whyNot: null);
        }
        catch (Exception e) when (e is ProbeUnavailableException or BpfException)
        {
            // A killed node leaves its socket behind, and may run without probes since.
            return new DriverTags(map: null, e.Message);
        }
    }

    public void TagSocket(Socket socket, Tag tag, TagFlags flags) => _tagger?.Set(socket, tag, flags);

    public void Dispose() => _map?.Dispose();
}
