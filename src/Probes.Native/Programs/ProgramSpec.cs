namespace NodeBox.Probes.Native.Programs;

/// <summary>A tp_btf program, assembled for this kernel and not yet loaded.</summary>
/// <param name="Name">At most 15 ASCII characters; bpftool shows it.</param>
/// <param name="Tracepoint">The kernel's name of what it attaches to.</param>
/// <param name="TracepointType">The BTF id of <c>btf_trace_</c>NAME.</param>
/// <param name="Code">Encoded instructions.</param>
internal sealed record ProgramSpec(string Name, string Tracepoint, int TracepointType, ulong[] Code);
