namespace NodeBox.Probes.Native;

/// <summary>This machine cannot run the probes. The message is one sentence for people: what is missing and what to do.</summary>
public sealed class ProbeUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
