using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NodeBox.Roles.Tools.Db;
using NodeBox.Roles.Tools.Mcp;
using NodeBox.Roles.Tools.Synthetic;

namespace NodeBox.Roles.Tools;

/// <summary>
/// Puts the tool servers on their listeners' routes. Each listener's application owns what its server holds: it goes when the application
/// stops.
/// </summary>
public static class ToolsRole
{
    /// <summary>Serves the order database's tools at <c>/mcp</c>.</summary>
    /// <exception cref="DllNotFoundException">The system's libsqlite3 is missing; the message says which package has it.</exception>
    /// <exception cref="IOException">The database file cannot be opened or belongs to another seed; the message names it.</exception>
    public static void MapDb(IEndpointRouteBuilder routes, ToolsSettings settings)
    {
        OrderDatabase database = OrderDatabase.Open(settings.DataDir, settings.Seed);
        IHostApplicationLifetime lifetime = routes.ServiceProvider.GetRequiredService<IHostApplicationLifetime>();
        lifetime.ApplicationStopped.Register(database.Dispose);
        McpEndpoint.Map(routes, "nodebox-db", DbTools.Over(database), settings);
    }

    /// <summary>Serves the synthetic tool at <c>/mcp</c>.</summary>
    public static void MapSynthetic(IEndpointRouteBuilder routes, ToolsSettings settings) =>
        McpEndpoint.Map(routes, "nodebox-synthetic", [WorkTool.Create()], settings);
}
