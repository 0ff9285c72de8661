using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using NodeBox.Probing;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Tests.Probing;

public sealed class DriverTagsTests : IDisposable
{
    private readonly Folder _folder = new();
    private readonly List<string> _reports = [];

    [Fact]
    public async Task Without_the_tag_map_cuts_are_sent_all_the_same()
    {
        using Socket noMap = Listen(FlowRecorder.TagSocketName);
        using CutServer server = CutServer.Listen(Path.Combine(_folder.Path, FlowRecorder.CutSocketName), NullLogger.Instance);
        Task<DriverTags> starting = Task.Run(() => DriverTags.From(_folder.Path, _reports.Add), TestContext.Current.CancellationToken);
        (await noMap.AcceptAsync(TestContext.Current.CancellationToken)).Dispose();
        while (!starting.IsCompleted)
        {
            server.Accept();
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        using DriverTags tags = await starting;
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        tags.Cut(socket, new SliceCut(1, 3, null, SliceKind.Llm, 1, 3, 3, null, null), TagFlags.None);

        List<uint> slices = [];
        server.Drain((in SliceCut cut, object _) => slices.Add(cut.Slice), _ => Assert.Fail("no cut is lost"));
        Assert.Equal([3u], slices);
        Assert.Contains("slices and no tags", Assert.Single(_reports));
    }

    public void Dispose() => _folder.Dispose();

    private Socket Listen(string name)
    {
        Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder.Path, name)));
        listener.Listen();
        return listener;
    }
}
