using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Baseline;

/// <summary>
/// Puts the services of the baseline chain on their listeners' routes: <c>POST /</c> with <c>{"order_id", "item_id", "quantity"}</c>.
/// </summary>
public static class BaselineRole
{
    /// <summary>Serves one service of the chain.</summary>
    /// <param name="routes">The service's own listener.</param>
    /// <param name="settings">The whole chain.</param>
    /// <param name="index">Which of <see cref="BaselineSettings.Services"/> it is.</param>
    /// <param name="tagSocket">Tags the connections to the service after it.</param>
    /// <exception cref="ArgumentException">The settings have errors; the message lists them.</exception>
    public static void MapService(IEndpointRouteBuilder routes, BaselineSettings settings, int index, TagSocket tagSocket)
    {
        string[] errors = [.. settings.Errors()];
        if (errors.Length > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, errors), nameof(settings));
        }

        NextHop? next = null;
        if (index + 1 < settings.Services.Count)
        {
            BaselineService after = settings.Services[index + 1];
            next = new NextHop(after, settings.UrlOf(after), settings.HopTimeout, tagSocket);
        }

        var endpoint = new ServiceEndpoint(settings.Services[index], new Catalog(settings.Seed), next);
        routes.MapPost("/", endpoint.ServeAsync);
    }
}
