using System.Text.Json;
using NodeBox.Interop.Tests.Running;

namespace NodeBox.Interop.Tests.Grpc;

/// <summary>grpc-js pushes telemetry as a node would.</summary>
public sealed class GrpcJsTests(Testbed testbed)
{
    private static readonly string s_spool = string.Concat(Enumerable.Repeat("07", 16));

    [Fact]
    public async Task Gets_an_acknowledgement_of_every_batch_and_of_every_replay()
    {
        for (int attempt = 0; attempt < 2; attempt++)
        {
            JsonElement said = await NodeScript.RunAsync("push.mjs", Collector.Proto, testbed.Collector, "20", "n9");

            Assert.Equal(0, said.GetProperty("code").GetInt32());
            Assert.Equal(
                Enumerable.Range(1, 20).Select(sequence => ((string?)s_spool, (string?)$"{sequence}")),
                said.GetProperty("acks").EnumerateArray().Select(ack => (ack[0].GetString(), ack[1].GetString())));
        }
    }

    [Fact]
    public async Task Is_told_why_its_batch_is_refused()
    {
        JsonElement said = await NodeScript.RunAsync("push.mjs", Collector.Proto, testbed.Collector, "1", "kein/Knötchen");

        Assert.Equal(3, said.GetProperty("code").GetInt32());
        Assert.Contains("'kein/Knötchen' is no node's name", said.GetProperty("details").GetString());
    }
}
