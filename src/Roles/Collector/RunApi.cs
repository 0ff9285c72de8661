using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodeBox.Store;

namespace NodeBox.Roles.Collector;

/// <summary>The driver's side of the collector: start a run, finish it, fetch its files.</summary>
internal sealed class RunApi(Runs runs)
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        Map(endpoints, HttpMethods.Get, "/health", context => Ok(context, new CollectorHealth("ok", runs.Active)));
        Map(endpoints, HttpMethods.Post, "/api/runs", StartAsync);
        Map(endpoints, HttpMethods.Post, "/api/runs/{id}/finish", Finish);
        Map(endpoints, HttpMethods.Delete, "/api/runs/{id}", Drop);
        Map(endpoints, HttpMethods.Get, "/api/runs/{id}/files/{**path}", SendFile);
    }

    private static void Map(IEndpointRouteBuilder endpoints, string method, string pattern, RequestDelegate answer)
    {
        RequestDelegate guarded = async context =>
        {
            try
            {
                await answer(context).ConfigureAwait(false);
            }
            catch (BadHttpRequestException e)
            {
                await Refuse(context, e.StatusCode, e.Message).ConfigureAwait(false);
            }
            catch (Exception e) when (e is DuckDbException or IOException or UnauthorizedAccessException)
            {
                await Refuse(context, StatusCodes.Status500InternalServerError, e.Message).ConfigureAwait(false);
            }
        };
        endpoints.MapMethods(pattern, [method], guarded);
    }

    private async Task StartAsync(HttpContext context)
    {
        RunStart? start;
        try
        {
            start = await context.Request.ReadFromJsonAsync(CollectorJson.Default.RunStart, context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            string what = $"the body must be JSON with a run_id: {e.Message}";
            await Refuse(context, StatusCodes.Status400BadRequest, what).ConfigureAwait(false);
            return;
        }

        if (!RunName.IsValid(start?.RunId))
        {
            const string rule = "run_id must be 1 to 64 letters, digits, '-' and '_'";
            await Refuse(context, StatusCodes.Status400BadRequest, rule).ConfigureAwait(false);
        }
        else if (!runs.TryStart(start!.RunId!))
        {
            string hint = $"run {runs.Active} is active: finish it, or drop it with DELETE /api/runs/{runs.Active}";
            await Refuse(context, StatusCodes.Status409Conflict, hint).ConfigureAwait(false);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status201Created;
            await context.Response.WriteAsJsonAsync(start, CollectorJson.Default.RunStart).ConfigureAwait(false);
        }
    }

    private Task Finish(HttpContext context)
    {
        string runId = Id(context);
        return runs.Finish(runId) is { } files
            ? Ok(context, files)
            : Refuse(context, StatusCodes.Status404NotFound, $"run {runId} is not active");
    }

    private Task Drop(HttpContext context)
    {
        string runId = Id(context);
        if (!RunName.IsValid(runId) || !runs.Drop(runId))
        {
            return Refuse(context, StatusCodes.Status404NotFound, $"there is no run {runId}");
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private Task SendFile(HttpContext context)
    {
        string runId = Id(context);
        string file = (string?)context.GetRouteValue("path") ?? "";
        if (!RunName.IsValid(runId) || runs.Find(runId, file) is not { } path)
        {
            return Refuse(context, StatusCodes.Status404NotFound, $"run {runId} has no file {file}");
        }

        context.Response.ContentType = "application/octet-stream";
        return context.Response.SendFileAsync(path, context.RequestAborted);
    }

    private static string Id(HttpContext context) => (string?)context.GetRouteValue("id") ?? "";

    private static Task Ok(HttpContext context, CollectorHealth health) =>
        context.Response.WriteAsJsonAsync(health, CollectorJson.Default.CollectorHealth);

    private static Task Ok(HttpContext context, RunFiles files) => context.Response.WriteAsJsonAsync(files, CollectorJson.Default.RunFiles);

    private static Task Refuse(HttpContext context, int status, string error)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new Refusal(error), CollectorJson.Default.Refusal);
    }
}
