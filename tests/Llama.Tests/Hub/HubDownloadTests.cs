using NodeBox.Llama.Hub;

namespace NodeBox.Llama.Tests.Hub;

public sealed class HubDownloadTests : IDisposable
{
    private const int Size = 300_000;

    private readonly HubServer _server = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("nodebox-hub-").FullName;

    private string Target => Path.Combine(_folder, "m.gguf");

    private string Part => Target + ".part";

    public void Dispose()
    {
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Brings_a_file_and_checks_its_hash()
    {
        byte[] content = _server.Add("m.gguf", Size);

        PulledFile pulled = await PullAsync();

        Assert.Equal(new PulledFile(Target, HubServer.Hash(content), true, 0), pulled);
        Assert.Equal(content, File.ReadAllBytes(Target));
        Assert.Equal([Target], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Goes_on_where_a_connection_was_cut()
    {
        byte[] content = _server.Add("m.gguf", Size);
        _server.Cuts.Enqueue(100_000);
        _server.Cuts.Enqueue(50_000);

        PulledFile pulled = await PullAsync();

        Assert.Equal(content, File.ReadAllBytes(pulled.Path));
        SeenRequest[] requests = [.. Files()];
        Assert.Equal([null, "bytes=100000-", "bytes=150000-"], requests.Select(request => request.Range));
        Assert.Equal($"\"{HubServer.Hash(content)[..16]}\"", requests[1].IfRange);
    }

    [Fact]
    public async Task Goes_on_with_what_an_earlier_process_left()
    {
        byte[] content = _server.Add("m.gguf", Size);
        _server.Cuts.Enqueue(120_000);

        var e = await Assert.ThrowsAsync<HubException>(() => PullAsync(tries: 1));
        Assert.Equal(HubFault.Connection, e.Fault);
        Assert.Contains("120000 of 300000", e.Message);
        Assert.Equal(120_000, new FileInfo(Part).Length);

        PulledFile pulled = await PullAsync();

        Assert.Equal(120_000, pulled.ResumedFrom);
        Assert.Equal(content, File.ReadAllBytes(Target));
        Assert.Equal([Target], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Begins_anew_where_the_file_has_changed_meanwhile()
    {
        _server.Add("m.gguf", Size + 1);
        _server.Cuts.Enqueue(120_000);
        await Assert.ThrowsAsync<HubException>(() => PullAsync(tries: 1));

        byte[] content = _server.Add("m.gguf", Size);
        await PullAsync();

        Assert.Equal(content, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task Gives_up_after_tries_that_bring_nothing()
    {
        _server.Add("m.gguf", Size);
        HubRepository repository = new(HubServer.Repository, "main");
        using var client = new HubClient(_server.Url, null);
        HubFile file = (await client.ListAsync(repository, Cancelled)).Single();
        for (int i = 0; i < 3; i++)
        {
            _server.Errors.Enqueue((503, ""));
        }

        var e = await Assert.ThrowsAsync<HubException>(() => Download(client, tries: 3).PullAsync(file, new Progress<HubProgress>(), Cancelled));

        Assert.Equal(HubFault.Connection, e.Fault);
        Assert.Contains("503", e.Message);
        Assert.Equal(3, Files().Count());
    }

    [Fact]
    public async Task Deletes_what_has_another_hash()
    {
        _server.Add("m.gguf", Size);
        _server.Hashes["m.gguf"] = new string('0', 64);

        var e = await Assert.ThrowsAsync<HubException>(() => PullAsync());

        Assert.Equal(HubFault.Content, e.Fault);
        Assert.Contains("SHA-256", e.Message);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Says_that_a_file_without_a_hash_is_not_checked()
    {
        _server.Add("m.gguf", Size);
        _server.Hashes["m.gguf"] = null;

        Assert.False((await PullAsync()).IsChecked);
    }

    [Fact]
    public async Task Refuses_a_file_that_is_longer_than_listed()
    {
        _server.Add("m.gguf", Size);
        _server.Sizes["m.gguf"] = Size - 1;

        Assert.Equal(HubFault.Content, (await Assert.ThrowsAsync<HubException>(() => PullAsync())).Fault);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Downloads_nothing_that_is_there()
    {
        byte[] content = _server.Add("m.gguf", Size);
        File.WriteAllBytes(Target, content);

        PulledFile pulled = await PullAsync();

        Assert.Equal(Size, pulled.ResumedFrom);
        Assert.Empty(Files());
    }

    [Fact]
    public async Task Replaces_a_file_of_another_version_once_the_new_one_is_whole()
    {
        byte[] content = _server.Add("m.gguf", Size);
        File.WriteAllText(Target, "old");
        _server.Cuts.Enqueue(2000);
        await Assert.ThrowsAsync<HubException>(() => PullAsync(tries: 1));
        Assert.Equal("old", File.ReadAllText(Target));

        await PullAsync();

        Assert.Equal(content, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task Sends_the_token_to_the_server_and_to_no_other()
    {
        using var store = new HubServer();
        byte[] content = _server.Add("m.gguf", Size);
        store.Add("m.gguf", Size);
        _server.Store = store;

        await PullAsync(token: "hf_secret");

        Assert.Equal(content, File.ReadAllBytes(Target));
        Assert.All(_server.Requests, request => Assert.Equal("Bearer hf_secret", request.Authorization));
        Assert.Null(Assert.Single(store.Requests).Authorization);
    }

    [Fact]
    public void Sends_no_token_in_the_clear()
    {
        var e = Assert.Throws<HubException>(() => new HubClient(new Uri("http://models.invalid"), "hf_secret"));

        Assert.Contains("https", e.Message);
        Assert.DoesNotContain("hf_secret", e.Message);
    }

    [Fact]
    public async Task Refuses_what_the_disk_cannot_hold()
    {
        _server.Add("m.gguf", Size);
        _server.Sizes["m.gguf"] = 1L << 60;

        var e = await Assert.ThrowsAsync<HubException>(() => PullAsync());

        Assert.Equal(HubFault.Machine, e.Fault);
        Assert.Contains("MiB free", e.Message);
        Assert.Empty(Files());
    }

    [Fact]
    public async Task Says_which_file_cannot_be_written()
    {
        _server.Add("m.gguf", Size);
        Directory.CreateDirectory(Part);

        var e = await Assert.ThrowsAsync<HubException>(() => PullAsync());

        Assert.Equal(HubFault.Machine, e.Fault);
        Assert.Contains(Part, e.Message);
    }

    [Fact]
    public async Task Writes_nowhere_but_in_its_folder()
    {
        byte[] content = _server.Add("m.gguf", Size);
        using var client = new HubClient(_server.Url, null);

        // The address of "x/../m.gguf" is that of "m.gguf"; of a path, only the last name counts here.
        PulledFile pulled = await Download(client, tries: 1).PullAsync(
            new HubFile("x/../m.gguf", Size, HubServer.Hash(content)), new Progress<HubProgress>(), Cancelled);

        Assert.Equal(Target, pulled.Path);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private async Task<PulledFile> PullAsync(string? token = null, int tries = 5)
    {
        HubRepository repository = new(HubServer.Repository, "main");
        using var client = new HubClient(_server.Url, token);
        HubModel model = HubModel.Choose(repository, await client.ListAsync(repository, Cancelled), null);
        return await Download(client, tries).PullAsync(model.Files.Single(), new Progress<HubProgress>(), Cancelled);
    }

    private HubDownload Download(HubClient client, int tries) =>
        new(client, new HubRepository(HubServer.Repository, "main"), _folder) { Tries = tries, Backoff = TimeSpan.FromMilliseconds(10) };

    private IEnumerable<SeenRequest> Files() => _server.Requests.Where(request => request.Path.Contains("/resolve/"));
}
