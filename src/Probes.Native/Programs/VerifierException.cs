using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Programs;

/// <summary>
/// The kernel refused a program. The verifier's log is in the message and in <see cref="VerifierLog"/>; empty if it never got that far.
/// </summary>
internal sealed class VerifierException(string program, int errno, string log)
    : BpfException($"BPF_PROG_LOAD {program}", errno, log)
{
    public string VerifierLog { get; } = log;
}
