using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace NodeBox.Scenarios.Tests.Running;

/// <summary>The collector's API of runs.</summary>
internal sealed class TestCollector(RunLog log) : IAsyncDisposable
{
    private Listener _listener = null!;

    public Uri Url => _listener.Url;

    /// <summary>The status of each answer, by what is asked: start, finish, file or delete.</summary>
    public Dictionary<string, int> Statuses { get; } = new() { ["start"] = 201, ["finish"] = 200, ["file"] = 200, ["delete"] = 204 };

    /// <summary>What finishing a run answers.</summary>
    public string Finished { get; set; } = """{"run_id":"r","files":["tasks.parquet","logs/n1.log"],"ledgers":[]}""";

    public static async Task<TestCollector> StartAsync(RunLog log)
    {
        var collector = new TestCollector(log);
        collector._listener = await Listener.StartAsync(collector.Map);
        return collector;
    }

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private void Map(WebApplication app)
    {
        app.MapPost("/api/runs", async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            log.Add($"start {await reader.ReadToEndAsync()}");
            await AnswerAsync(context, "start", "{}");
        });
        app.MapPost("/api/runs/{id}/finish", context =>
        {
            log.Add($"finish {context.Request.RouteValues["id"]}");
            return AnswerAsync(context, "finish", Finished);
        });
        app.MapDelete("/api/runs/{id}", context =>
        {
            log.Add($"delete {context.Request.RouteValues["id"]}");
            return AnswerAsync(context, "delete", "");
        });
        app.MapGet("/api/runs/{id}/files/{**path}", context =>
        {
            log.Add($"file {context.Request.RouteValues["path"]}");
            return AnswerAsync(context, "file", $"content of {context.Request.RouteValues["path"]}");
        });
    }

    private Task AnswerAsync(HttpContext context, string what, string body)
    {
        context.Response.StatusCode = Statuses[what];
        return context.Response.WriteAsync(Statuses[what] < 300 ? body : """{"error":"refused by the test"}""");
    }
}
