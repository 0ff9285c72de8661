using System.Diagnostics;
using System.Text.Json;

namespace NodeBox.Roles.Tests.Tools;

/// <summary>The official TypeScript clients of both generations against the servers.</summary>
public sealed class ForeignClientsTests
{
    public static TheoryData<string, string[]> Clients => new()
    {
        { "2026-07-28", ["mcp.mjs", "2026-07-28"] },
        { "2025-11-25", ["mcp.mjs", "2025-11-25"] },
        { "2025-11-25", ["mcp-sdk1.mjs"] },
    };

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task List_and_call_the_db_server(string revision, string[] client)
    {
        await using LoopbackListener listener = await LoopbackListener.StartDbAsync();

        JsonElement report = await RunAsync(
            client,
            listener.Mcp,
            """lookup_customer={"customer_id":7}""",
            """search_orders={"customer_id":7,"status":"pending","limit":2}""",
            """update_order_status={"order_id":1000,"status":"delivered"}""",
            """lookup_order={"order_id":1000}""",
            """lookup_order={"order_id":99}""",
            """lookup_order={"order_id":"x"}""",
            "drop_table={}");

        Assert.Equal(revision, report.GetProperty("revision").GetString());
        Assert.Equal(5, report.GetProperty("tools").GetArrayLength());
        JsonElement[] results = [.. report.GetProperty("results").EnumerateArray()];
        Assert.Equal(7, results[0].GetProperty("structuredContent").GetProperty("customer_id").GetInt32());
        Assert.Equal(JsonValueKind.Array, results[1].GetProperty("structuredContent").GetProperty("orders").ValueKind);
        Assert.Equal("delivered", results[3].GetProperty("structuredContent").GetProperty("status").GetString());
        Assert.True(results[4].GetProperty("isError").GetBoolean());
        Assert.Equal("no order 99", results[4].GetProperty("text").GetString());
        Assert.True(results[5].GetProperty("isError").GetBoolean());
        Assert.Equal(-32602, results[6].GetProperty("code").GetInt32());
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task List_and_call_the_synthetic_server(string revision, string[] client)
    {
        await using LoopbackListener listener = await LoopbackListener.StartSyntheticAsync();

        JsonElement report = await RunAsync(
            client,
            listener.Mcp,
            """work={"latency_ms":400,"response_bytes":100000,"error_rate":0}""",
            """work={"latency_ms":0,"response_bytes":10,"error_rate":1}""");

        Assert.Equal(revision, report.GetProperty("revision").GetString());
        JsonElement[] results = [.. report.GetProperty("results").EnumerateArray()];
        Assert.Equal(100_000, results[0].GetProperty("text").GetString()!.Length);
        Assert.True(results[1].GetProperty("isError").GetBoolean());
    }

    private static async Task<JsonElement> RunAsync(string[] client, Uri server, params string[] calls)
    {
        string folder = Path.Combine(RepositoryRoot(), "tests", "Interop.Tests");
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            Assert.Skip("needs the npm packages of tests/Interop.Tests");
        }

        string[] arguments = [Path.Combine(folder, "clients", client[0]), server.ToString(), .. client[1..], .. calls];
        var start = new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process node = Process.Start(start)!;
        Task<string> output = node.StandardOutput.ReadToEndAsync();
        Task<string> errors = node.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await node.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            node.Kill();
            Assert.Fail($"{client[0]} did not end");
        }

        Assert.True(node.ExitCode == 0, await errors);
        using JsonDocument report = JsonDocument.Parse(await output);
        return report.RootElement.Clone();
    }

    private static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "nodebox.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("the tests run outside the repository");
    }
}
