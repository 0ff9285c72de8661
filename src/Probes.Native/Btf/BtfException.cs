namespace NodeBox.Probes.Native.Btf;

/// <summary>BTF data is malformed, or lacks a type or member that was asked for.</summary>
public sealed class BtfException(string message) : Exception(message);
