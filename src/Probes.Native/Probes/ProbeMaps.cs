using NodeBox.Probes.Native.Btf;
using NodeBox.Probes.Native.Maps;
using NodeBox.Probes.Native.Tags;

namespace NodeBox.Probes.Native.Probes;

/// <summary>The maps that the programs share, owned here until disposed.</summary>
internal sealed class ProbeMaps : IDisposable
{
    private readonly List<Map> _maps = [];

    public unsafe ProbeMaps(int ringBytes, int programs)
    {
        try
        {
            Events = Create(MapSpec.RingBuffer("nodebox_events", ringBytes));
            Tags = Create(TagMap.Spec);
            Flows = Create(MapSpec.SocketStorage("nodebox_flows", FlowTypes()));
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

    public Map Flows { get; }

    public Map Ledgers { get; }

    public void Dispose()
    {
        foreach (Map map in _maps)
        {
            map.Dispose();
        }
    }

    private static unsafe MapTypes FlowTypes()
    {
        BtfBuilder types = new();
        int key = types.Int("int", 4, signed: true);
        int u64 = types.Int("__u64", 8, signed: false);
        int words = types.Array(u64, key, sizeof(flow_state) / 8);
        int value = types.Struct("nodebox_flow", sizeof(flow_state), ("words", words, 0));
        return new MapTypes(types.Build(), key, value, sizeof(flow_state));
    }

    private Map Create(MapSpec spec)
    {
        Map map = Map.Create(spec);
        _maps.Add(map);
        return map;
    }
}
