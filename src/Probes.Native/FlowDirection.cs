namespace NodeBox.Probes.Native;

/// <summary>Which end of a connection a socket is.</summary>
public enum FlowDirection
{
    /// <summary>The flow began before the probes were attached, or the kernel had no memory to remember its beginning.</summary>
    Unknown = 0,

    /// <summary>It connected.</summary>
    Active = 1,

    /// <summary>It was accepted.</summary>
    Passive = 2,
}
