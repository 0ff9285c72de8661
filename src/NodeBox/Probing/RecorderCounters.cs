namespace NodeBox.Probing;

/// <summary>How much the recorder has to do, and what was lost.</summary>
/// <param name="Flows">The flows' own.</param>
/// <param name="CutsWaiting">Cuts of this process that the recorder has not taken yet.</param>
/// <param name="CutsDropped">Cuts of this process that found the queue full.</param>
/// <param name="TagFailures">Sockets that the kernel refused to tag.</param>
internal readonly record struct RecorderCounters(OpenFlowsCounters Flows, int CutsWaiting, long CutsDropped, long TagFailures);

/// <param name="Open">Flows that are open.</param>
/// <param name="Waiting">Facts of received data that wait for their boundary.</param>
/// <param name="Lost">Facts lost: the kernel could not report them, they came too late, or could not wait for their boundary.</param>
/// <param name="Slices">Slice records emitted, repeated ones included.</param>
/// <param name="Cuts">Cuts that came.</param>
/// <param name="RefusedCuts">Cuts that do not follow on those before, or that name sockets beyond counting.</param>
/// <param name="LostEnds">Flows whose end the kernel could not report.</param>
internal readonly record struct OpenFlowsCounters(
    int Open, int Waiting, long Lost, long Slices, long Cuts, long RefusedCuts, long LostEnds);
