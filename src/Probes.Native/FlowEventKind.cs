namespace NodeBox.Probes.Native;

/// <summary>What happened to a flow.</summary>
public enum FlowEventKind
{
    /// <summary>connect(2) begins; the local port may still be 0.</summary>
    Opened = 1,

    /// <summary>The handshake is done at this end.</summary>
    Established = 2,

    /// <summary>An established flow's socket is done: all counters are final.</summary>
    Closed = 3,

    /// <summary>The handshake failed or was given up.</summary>
    Failed = 4,
}
