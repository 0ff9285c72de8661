namespace NodeBox.Lab;

/// <summary>Whose fault a failure is, so that a command can choose its exit code.</summary>
public enum LabFault
{
    /// <summary>The specification is wrong.</summary>
    Configuration,

    /// <summary>This machine lacks a right, a program or a kernel feature.</summary>
    Machine,

    /// <summary>The lab was fine to start and then failed: a node died, or was never ready.</summary>
    Failed,
}

/// <summary>A failure to bring a lab up, keep it up or take it down. The message says what failed and what to do.</summary>
public sealed class LabException(LabFault fault, string message) : Exception(message)
{
    public LabFault Fault { get; } = fault;
}
