using System.Net;
using System.Net.Sockets;

namespace NodeBox.Smoke.Tests;

/// <summary>What a machine can lack: exit code 3, one error that says what to do.</summary>
public sealed class MachineTests
{
    [Fact]
    public async Task Refuses_a_missing_model()
    {
        await using Testbed testbed = Testbed.OnLoopback();
        string error = await RefusalAsync(testbed, "n3");
        Assert.Contains("testbed.gguf cannot be read", error);
        Assert.Contains("nodebox model make --out", error);
    }

    [Theory]
    [InlineData(0, "not a GGUF file")]
    [InlineData(10, "truncated")]
    [InlineData(1000, "truncated")]
    [InlineData(1_000_000, "truncated: 1000000 bytes of")]
    public async Task Refuses_a_truncated_model(int bytes, string message)
    {
        await using Testbed testbed = Testbed.OnLoopback();
        await testbed.MakeModelAsync();
        using (FileStream model = File.OpenWrite(Path.Combine(testbed.Folder, "testbed.gguf")))
        {
            model.SetLength(bytes);
        }

        Assert.Contains(message, await RefusalAsync(testbed, "n3"));
    }

    [Fact]
    public async Task Refuses_a_llama_library_that_is_another()
    {
        await using Testbed testbed = Testbed.OnLoopback();
        await testbed.MakeModelAsync();
        string binary = Published.CopyTo(Path.Combine(testbed.Folder, "install"));
        string library = Directory.GetFiles(Path.Combine(testbed.Folder, "install", "llama"), "libllama*.so").Single();
        byte[] bytes = File.ReadAllBytes(library);
        bytes[bytes.Length / 2] ^= 1;
        File.Delete(library);
        File.WriteAllBytes(library, bytes);
        string error = await RefusalAsync(testbed, "n3", binary);
        Assert.Contains($"{library} is not the file this nodebox was built for", error);
        Assert.Contains("Reinstall", error);

        File.Delete(library);
        Assert.Contains(library, await RefusalAsync(testbed, "n3", binary));
    }

    [Fact]
    public async Task Refuses_to_collect_without_DuckDB()
    {
        await using Testbed testbed = Testbed.OnLoopback();
        string binary = Published.CopyTo(Path.Combine(testbed.Folder, "install"));
        File.Delete(Path.Combine(testbed.Folder, "install", "libduckdb.so"));
        string error = await RefusalAsync(testbed, "n4", binary);
        Assert.Contains("libduckdb.so is missing", error);
        Assert.Contains("reinstall", error);
    }

    [Theory]
    [InlineData("n1", 7001)]
    [InlineData("n2", 7101)]
    [InlineData("n4", 4400)]
    [InlineData("n4", 9464)]
    public async Task Refuses_a_port_that_is_taken(string node, int port)
    {
        await using Testbed testbed = Testbed.OnLoopback();
        using var taker = new TcpListener(IPAddress.Parse($"{testbed.Network}.{node[1]}"), port);
        taker.Start();
        string error = await RefusalAsync(testbed, node);
        Assert.Contains($"cannot listen on {taker.LocalEndpoint}", error);
        Assert.Contains("ss -ltnp", error);
    }

    [Fact]
    public async Task Refuses_an_address_that_is_not_this_machines()
    {
        await using Testbed testbed = Testbed.OnLoopback();

        // 192.0.2.0/24 is for documentation (RFC 5737): no machine has such an address.
        testbed.Reconfigure($"{testbed.Network}.1", "192.0.2.1");
        string error = await RefusalAsync(testbed, "n1");
        Assert.Contains("cannot listen on 192.0.2.1:7001", error);
        Assert.Contains("roles.toml must be one of this machine's", error);
    }

    [Fact]
    public async Task Refuses_a_state_directory_that_cannot_be_written()
    {
        await using Testbed testbed = Testbed.OnLoopback();
        string file = testbed.Write("file", "");
        Outcome outcome = (await testbed.RunAsync("--node", "n4", "--state", file)).Expect(3);
        Assert.Contains(file, Assert.Single(Notes(outcome)));
    }

    [Fact]
    public async Task Refuses_to_write_a_model_into_a_folder_that_cannot_be()
    {
        await using Testbed testbed = Testbed.OnLoopback();
        string file = testbed.Write("file", "");
        Outcome outcome = (await testbed.RunAsync("model", "make", "--out", Path.Combine(file, "testbed.gguf"))).Expect(3);
        Assert.Contains(file, Assert.Single(outcome.Errors));
    }

    [Theory]
    [InlineData("lab", "up")]
    [InlineData("lab", "down")]
    [InlineData("run-scenario", "baseline", "--lab")]
    public async Task Refuses_a_lab_without_the_right_to_make_namespaces(params string[] arguments)
    {
        await using Testbed testbed = Testbed.OnLoopback();
        string[] command = [.. Rights.Without("sys_admin", "net_admin"), Published.Binary, .. arguments];
        Outcome outcome = (await testbed.RunAsync(Patience.ForCommand, command)).Expect(3);
        Assert.Contains("run it with sudo", Assert.Single(outcome.Errors));
    }

    private static async Task<string> RefusalAsync(Testbed testbed, string node, string? binary = null)
    {
        string[] command = [binary ?? Published.Binary, "--node", node, "--state", testbed.State];
        Outcome outcome = (await testbed.RunAsync(Patience.ForCommand, command)).Expect(3);
        return Assert.Single(Notes(outcome));
    }

    // A node that may not load eBPF warns of that first: these tests are of other things.
    private static IEnumerable<string> Notes(Outcome outcome) =>
        outcome.Errors.Where(static line => !line.StartsWith("warning node: flows are not measured", StringComparison.Ordinal));
}
