using System.Net;
using NodeBox.Probes.Native;

namespace NodeBox.Kernel.Tests;

/// <summary>A copy of a flow's event, which itself does not outlive the drain.</summary>
internal sealed record SeenFlow(FlowEventKind Kind, FlowDirection Direction, IPEndPoint Local, IPEndPoint Remote, CloseReason Reason)
{
    public SeenFlow(FlowEvent e)
        : this(e.Kind, e.Direction, e.Local, e.Remote, e.CloseReason)
    {
        Cookie = e.Cookie;
        AtNs = e.KtimeNs;
        BeginNs = e.BeginKtimeNs;
        EstablishedNs = e.EstablishedKtimeNs;
        Task = Convert.ToHexStringLower(e.Tag.TaskId);
        Agent = e.Tag.Agent;
        Pid = e.Pid;
        Comm = e.Comm;
        Congestion = e.CongestionControl;
        Error = e.SocketError;
        FinReceived = e.FinReceived;
        TxBytes = e.TxBytes;
        RxBytes = e.RxBytes;
        TxSegments = e.TxSegments;
        RxSegments = e.RxSegments;
        TxSegmentsExact = e.TxSegmentsExact;
        Retransmitted = e.RetransmittedSegments;
        RetransmittedData = e.RetransmittedDataSegments;
        SmoothedRttUs = e.SmoothedRttUs;
        MinRttUs = e.MinRttUs;
        FirstSend = e.FirstSendSequence;
        FirstReceive = e.FirstReceiveSequence;
        HandshakeRttUs = e.HandshakeRttUs;
        ZeroWindows = e.ZeroWindows;
        OutOfOrder = e.OutOfOrderSegments;
        RetransmittedBytes = e.RetransmittedBytes;
    }

    public ulong Cookie { get; }

    public ulong AtNs { get; }

    public ulong? BeginNs { get; }

    public ulong? EstablishedNs { get; }

    public string Task { get; } = "";

    public string Agent { get; } = "";

    public int Pid { get; }

    public string Comm { get; } = "";

    public string Congestion { get; } = "";

    public int Error { get; }

    public bool FinReceived { get; }

    public ulong TxBytes { get; }

    public ulong RxBytes { get; }

    public uint TxSegments { get; }

    public uint RxSegments { get; }

    public bool TxSegmentsExact { get; }

    public uint Retransmitted { get; }

    public uint RetransmittedData { get; }

    public uint? SmoothedRttUs { get; }

    public uint? MinRttUs { get; }

    public uint? FirstSend { get; }

    public uint? FirstReceive { get; }

    public uint? HandshakeRttUs { get; }

    public uint ZeroWindows { get; }

    public uint? OutOfOrder { get; }

    public ulong RetransmittedBytes { get; }

    public bool IsOf(IPEndPoint listener)
    {
        return Local.Equals(listener) || Remote.Equals(listener);
    }
}
