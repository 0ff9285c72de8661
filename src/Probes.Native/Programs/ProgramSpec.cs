using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Programs;

/// <summary>A tp_btf or iterator program, assembled for this kernel and not yet loaded.</summary>
/// <param name="Name">At most 15 ASCII characters; bpftool shows it.</param>
/// <param name="Tracepoint">The kernel's name of what it attaches to: a tracepoint, or an iterator as in <c>bpf_iter_tcp</c>.</param>
/// <param name="TracepointType">The BTF id of <c>btf_trace_</c>NAME, or of the iterator's function.</param>
/// <param name="Code">Encoded instructions.</param>
internal sealed record ProgramSpec(string Name, string Tracepoint, int TracepointType, ulong[] Code)
{
    public bpf_attach_type AttachType { get; init; } = bpf_attach_type.BPF_TRACE_RAW_TP;

    /// <summary>What its ledger is called: the tracepoint, where it has no other program.</summary>
    public string Account { get; init; } = Tracepoint;
}
