using System.Diagnostics;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Agent;

/// <summary>Runs calls under client spans, so that a call cannot go out without one and a failed call is marked as such.</summary>
internal static class ClientSpan
{
    /// <param name="kind">What kind of call it is.</param>
    /// <param name="name">The span's name.</param>
    /// <param name="agent">The calling agent.</param>
    /// <param name="call">Sends the request and reads the response to its end.</param>
    public static async Task<T> RunAsync<T>(CallKind kind, string name, string agent, Func<Activity, Task<T>> call)
    {
        using Activity span = Spans.StartCall(kind, name, agent);
        try
        {
            return await call(span).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            span.Fail(e.GetType().FullName ?? e.GetType().Name, e.Message);
            throw;
        }
    }

    public static void SetServer(this Activity span, Uri url)
    {
        span.SetTag(SemanticConventions.ServerAddress, url.Host);
        span.SetTag(SemanticConventions.ServerPort, url.Port);
    }
}
