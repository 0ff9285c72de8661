using NodeBox.Probes.Native.Maps;
using NodeBox.Probes.Native.Sys;
using NodeBox.Probes.Native.Tags;

namespace NodeBox.Probes.Native.Probes;

/// <summary>The maps that the programs share, owned here until disposed.</summary>
internal sealed class ProbeMaps : IDisposable
{
    private const int FewestFlowPlaces = 1 << 10;

    private readonly List<Map> _maps = [];

    private unsafe ProbeMaps(FlowProbeOptions options, int programs)
    {
        Options = options;
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

    /// <summary>With the number of places that flows really have.</summary>
    public FlowProbeOptions Options { get; }

    public Map Events { get; }

    public Map Tags { get; }

    /// <summary>The <see cref="FlowTable"/>.</summary>
    public Map Flows { get; }

    public Map Ledgers { get; }

    /// <exception cref="BpfException">The kernel refused.</exception>
    public static ProbeMaps Create(FlowProbeOptions options, int programs) =>
        WithFittingPlaces(options, fitting => new ProbeMaps(fitting, programs));

    /// <summary>
    /// Makes something that holds the flows' places, with half of them where that is too big for this kernel: until 6.0 the value of an array
    /// has at most 4 MiB (array_map_alloc_check), which are 8,192 places, or 2,048 with packets.
    /// </summary>
    internal static T WithFittingPlaces<T>(FlowProbeOptions options, Func<FlowProbeOptions, T> create)
    {
        while (true)
        {
            try
            {
                return create(options);
            }
            catch (BpfException e) when (e.Errno == Errno.E2BIG && options.FlowPlaces > FewestFlowPlaces)
            {
                options = options with { FlowPlaces = options.FlowPlaces / 2 };
            }
        }
    }

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
