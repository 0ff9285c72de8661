using NodeBox.Telemetry.V1;

namespace NodeBox.Scenarios.Running;

/// <summary>How the driver's own records reach the collector.</summary>
/// <param name="Add">Queues a task's record.</param>
/// <param name="FlushAsync">Returns once everything queued, the driver's spans included, is committed.</param>
public sealed record DriverTelemetry(Action<TaskRecord> Add, Func<CancellationToken, Task> FlushAsync);
