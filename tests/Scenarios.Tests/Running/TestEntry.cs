using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using NodeBox.A2A;
using NodeBox.Telemetry.Http;

namespace NodeBox.Scenarios.Tests.Running;

/// <summary>Where tasks are sent: a gateway at <c>/gateway</c> and an agent at <c>/agent</c>.</summary>
internal sealed class TestEntry(RunLog log) : IAsyncDisposable
{
    private readonly Lock _counting = new();
    private Listener _listener = null!;
    private int _served;
    private int _atOnce;

    public Uri Gateway => new(_listener.Url, "/gateway");

    public Uri Agent => new(_listener.Url, "/agent");

    /// <summary>Called with the number of the request, from 1, before it is answered.</summary>
    public Func<int, HttpContext, Task> Serving { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>What the agent answers to a message.</summary>
    public Func<Message, AgentTask> Answer { get; set; } = static _ => new AgentTask("a", new AgentTaskStatus(TaskState.Completed));

    /// <summary>The most requests that were being served at once.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>The bodies that the gateway was sent.</summary>
    public List<string> Bodies { get; } = [];

    public static async Task<TestEntry> StartAsync(RunLog log)
    {
        var entry = new TestEntry(log);
        entry._listener = await Listener.StartAsync(entry.Map);
        return entry;
    }

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private void Map(WebApplication app)
    {
        app.UseServedCalls();
        app.Use(CountAsync);
        app.MapPost("/gateway", async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            string body = await reader.ReadToEndAsync();
            lock (_counting)
            {
                Bodies.Add(body);
            }

            await context.Response.WriteAsync("{}");
        });
        app.MapPost("/agent", async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var dispatcher = new A2ADispatcher(AnswerAsync, static _ => null);
            A2AReply reply = await dispatcher.DispatchAsync(body.ToArray(), ProtocolVersion.Supported, context.RequestAborted);
            context.Response.StatusCode = reply.HttpStatus;
            await context.Response.Body.WriteAsync(reply.Json);
        });
    }

    private Task<AgentTask> AnswerAsync(Message message, CancellationToken cancellation) => Task.FromResult(Answer(message));

    private async Task CountAsync(HttpContext context, RequestDelegate next)
    {
        log.Add("task");
        int number;
        lock (_counting)
        {
            number = ++_served;
            _atOnce++;
            MostAtOnce = Math.Max(MostAtOnce, _atOnce);
        }

        try
        {
            await Serving(number, context);
            if (context.Response.StatusCode < 300)
            {
                await next(context);
            }
        }
        finally
        {
            lock (_counting)
            {
                _atOnce--;
            }
        }
    }
}
