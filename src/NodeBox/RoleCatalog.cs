using Microsoft.AspNetCore.Server.Kestrel.Core;
using NodeBox.Commands;
using NodeBox.Configuration;
using NodeBox.Hosting;
using NodeBox.Roles.Agent;
using NodeBox.Roles.Baseline;
using NodeBox.Roles.Collector;
using NodeBox.Roles.Llm;
using NodeBox.Roles.Tools;
using NodeBox.Telemetry.Http;

namespace NodeBox;

/// <param name="Name">The role, as in roles.toml.</param>
/// <param name="StartAsync">Starts the role's services on a node that has it.</param>
internal sealed record RoleSpec(string Name, Func<NodeContext, Task> StartAsync);

/// <summary>What each role runs. A node starts its roles in this order: those that others call come first.</summary>
internal static class RoleCatalog
{
    public static readonly IReadOnlyList<RoleSpec> All =
    [
        new(RoleNames.Collector, StartCollectorAsync),
        new(RoleNames.Llm, StartLlmAsync),
        new(RoleNames.Tools, StartToolsAsync),
        new(RoleNames.Baseline, StartBaselineAsync),
        new(RoleNames.AgentB, node => StartAgentAsync(node, RoleNames.AgentB)),
        new(RoleNames.AgentA, node => StartAgentAsync(node, RoleNames.AgentA)),
    ];

    private static async Task StartCollectorAsync(NodeContext node)
    {
        CollectorSettings settings = node.Node.Settings.Collector;
        settings = settings with { DataDir = Path.Combine(node.StateDirectory, settings.DataDir) };
        CollectorRole collector = CollectorRole.Open(settings, node.Log("collector"));
        node.Keep(collector);
        await node.ListenAsync(settings.PushPort, HttpProtocols.Http2, collector.MapPush);
        await node.ListenAsync(settings.HttpPort, HttpProtocols.Http1, collector.MapApi);
    }

    private static async Task StartLlmAsync(NodeContext node)
    {
        LlmSettings settings = node.Node.Settings.Llm;
        LlmRole llm = await LlmRole.StartAsync(settings, EngineCommand.ProgramOf, node.Log("llm"));
        node.Keep(llm);
        await node.ServeAsync(settings.Port, SliceKind.Llm, agentId: null, llm.Map);
    }

    private static async Task StartToolsAsync(NodeContext node)
    {
        ToolsSettings settings = node.Node.Settings.Tools;
        await node.ServeAsync(settings.DbPort, SliceKind.Tool, agentId: null, app => ToolsRole.MapDb(app, settings));
        await node.ServeAsync(
            settings.SyntheticPort, SliceKind.Tool, agentId: null, app => ToolsRole.MapSynthetic(app, settings));
    }

    private static async Task StartBaselineAsync(NodeContext node)
    {
        BaselineSettings settings = node.Node.Settings.Baseline;
        for (int i = settings.Services.Count - 1; i >= 0; i--)
        {
            int index = i;
            await node.ServeAsync(
                settings.Services[i].Port,
                SliceKind.Service,
                agentId: null,
                app => BaselineRole.MapService(app, settings, index, node.Cut));
        }
    }

    private static Task StartAgentAsync(NodeContext node, string name)
    {
        AgentSettings settings = node.Node.Settings.Agents.First(agent => agent.Name == name);
        return node.ServeAsync(
            settings.Port, SliceKind.Agent, name, app => node.Keep(AgentRole.Map(app, settings, node.Cut)));
    }
}
