using System.Text;
using NodeBox.Llama.Hub;

namespace NodeBox.Llama.Tests.Hub;

public sealed class HubClientTests : IDisposable
{
    private readonly HubServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Lists_a_repository_page_by_page()
    {
        for (int i = 0; i < 7; i++)
        {
            _server.Add($"file {i}.gguf", 10 + i);
        }

        _server.PageSize = 3;
        IReadOnlyList<HubFile> files = await ListAsync();

        Assert.Equal(7, files.Count);
        Assert.Equal(new HubFile("file 6.gguf", 16, HubServer.Hash(_server.Files["file 6.gguf"])), files[6]);
    }

    [Theory]
    [InlineData(401, "GatedRepo", HubFault.Request, "is gated")]
    [InlineData(403, "GatedRepo", HubFault.Request, "ask for access")]
    [InlineData(401, "RepoNotFound", HubFault.Request, "set HF_TOKEN")]
    [InlineData(403, "", HubFault.Request, "refuses access")]
    [InlineData(404, "RepoNotFound", HubFault.Request, "does not exist")]
    [InlineData(404, "RevisionNotFound", HubFault.Request, "no revision 'main'")]
    [InlineData(429, "", HubFault.Connection, "429")]
    [InlineData(500, "", HubFault.Connection, "500")]
    [InlineData(418, "", HubFault.Request, "418")]
    public async Task Says_why_the_server_refuses_and_what_to_do(int status, string code, HubFault fault, string said)
    {
        _server.Errors.Enqueue((status, code));

        var e = await Assert.ThrowsAsync<HubException>(ListAsync);

        Assert.Equal(fault, e.Fault);
        Assert.Contains(said, e.Message);
    }

    [Fact]
    public async Task Says_that_a_server_cannot_be_reached()
    {
        using var client = new HubClient(new Uri("http://127.0.0.1:1"), null);

        var e = await Assert.ThrowsAsync<HubException>(() => client.ListAsync(new HubRepository("org/model", "main"), default));

        Assert.Equal(HubFault.Connection, e.Fault);
        Assert.Contains("http://127.0.0.1:1", e.Message);
    }

    [Fact]
    public async Task Survives_random_lists()
    {
        var random = new Random(6);
        byte[] good = Encoding.UTF8.GetBytes("""[{"type":"file","path":"m.gguf","size":5,"lfs":{"oid":"ab","size":5}},{"type":"directory","path":"d"}]""");
        for (int i = 0; i < 200; i++)
        {
            byte[] list = [.. good[..random.Next(good.Length)]];
            if (i % 2 == 0)
            {
                list = [.. good];
                list[random.Next(list.Length)] = (byte)random.Next(256);
            }

            _server.Lists.Enqueue(list);
            try
            {
                await ListAsync();
            }
            catch (HubException)
            {
                // Refused: the other allowed outcome.
            }
        }
    }

    private async Task<IReadOnlyList<HubFile>> ListAsync()
    {
        using var client = new HubClient(_server.Url, null);
        return await client.ListAsync(new HubRepository(HubServer.Repository, "main"), TestContext.Current.CancellationToken);
    }
}
