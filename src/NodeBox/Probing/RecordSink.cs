using NodeBox.Telemetry.Push;
using NodeBox.Telemetry.V1;

namespace NodeBox.Probing;

/// <summary>Who takes the records that flows come to.</summary>
internal sealed record RecordSink(
    Action<FlowRecord> Flow, Action<SliceRecord> Slice, Action<RetransmitRecord> Retransmit, Action<PacketRecord> Packet)
{
    public static RecordSink To(TelemetryPusher pusher) => new(pusher.Add, pusher.Add, pusher.Add, pusher.Add);
}
