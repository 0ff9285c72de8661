using NodeBox.Probes.Native.Maps;
using NodeBox.Probes.Native.Tags;

namespace NodeBox.Probes.Native.Probes;

/// <summary>The maps that the programs share, owned here until disposed.</summary>
internal sealed class ProbeMaps : IDisposable
{
    private readonly List<Map> _maps = [];

    public unsafe ProbeMaps(FlowProbeOptions options, int programs)
    {
        try
        {
            Events = Create(MapSpec.RingBuffer("nodebox_events", options.RingBufferBytes));
            Tags = Create(TagMap.Spec);
            Flows = Create(MapSpec.Memory("nodebox_flows", FlowTable.Bytes(options)));
            Ledgers = Create(MapSpec.PerCpuArray("nodebox_ledger", sizeof(program_ledger), programs));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public Map Events { get; }

    public Map Tags { get; }

    /// <summary>The <see cref="FlowTable"/>.</summary>
    public Map Flows { get; }

    public Map Ledgers { get; }

    public void Dispose()
    {
        foreach (Map map in _maps)
        {
            map.Dispose();
        }
    }

    private Map Create(MapSpec spec)
    {
        Map map = Map.Create(spec);
        _maps.Add(map);
        return map;
    }
}
