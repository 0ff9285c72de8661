using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NodeBox.Telemetry.Http;

namespace NodeBox.Roles.Baseline;

/// <summary>
/// Puts the services of the baseline chain on their listeners' routes: <c>POST /</c> with <c>{"order_id", "item_id", "quantity"}</c>.
/// Each listener's application owns its service's connections to the next one: they close when the application stops.
/// </summary>
public static class BaselineRole
{
    /// <summary>JSON Schema of what each service takes.</summary>
    public static JsonElement RequestSchema => ServiceRequest.Schema;

    /// <summary>Serves one service of the chain.</summary>
    /// <param name="routes">The service's own listener.</param>
    /// <param name="settings">The whole chain.</param>
    /// <param name="index">Which of <see cref="BaselineSettings.Services"/> it is.</param>
    /// <param name="cut">Takes the boundaries made on the connections to the service after it.</param>
    /// <exception cref="ArgumentException">The settings have errors; the message lists them.</exception>
    public static void MapService(IEndpointRouteBuilder routes, BaselineSettings settings, int index, CutSlice cut)
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
            next = new NextHop(after, settings.UrlOf(after), settings.HopTimeout, cut);
            IHostApplicationLifetime lifetime = routes.ServiceProvider.GetRequiredService<IHostApplicationLifetime>();
            lifetime.ApplicationStopped.Register(next.Dispose);
        }

        var endpoint = new ServiceEndpoint(settings.Services[index], new Catalog(settings.Seed), next);
        routes.MapPost("/", endpoint.ServeAsync);
    }
}
