using System.Buffers;
using System.IO.Pipelines;
using NodeBox.Telemetry.Grpc;
using NodeBox.Telemetry.V1;

namespace NodeBox.Telemetry.Tests.Grpc;

public sealed class FramesTests
{
    private const int Limit = 1000;

    [Fact]
    public async Task Messages_come_back_however_they_are_cut()
    {
        Random random = new(3);
        List<LogLine> sent = [.. Enumerable.Range(0, 50).Select(i => new LogLine { AtNs = i, Text = new string('é', random.Next(100)) })];
        byte[] wire = Wire(sent);
        for (int round = 0; round < 20; round++)
        {
            Pipe pipe = new();
            Task<List<LogLine>> reading = ReadAllAsync(pipe.Reader);
            for (int at = 0; at < wire.Length;)
            {
                int length = Math.Min(random.Next(1, 200), wire.Length - at);
                await pipe.Writer.WriteAsync(wire.AsMemory(at, length), TestContext.Current.CancellationToken);
                at += length;
            }

            await pipe.Writer.CompleteAsync();
            Assert.Equal(sent, await reading);
        }
    }

    [Fact]
    public async Task Truncated_and_damaged_streams_end_in_an_error_or_in_whole_messages()
    {
        Random random = new(4);
        byte[] wire = Wire([new LogLine { AtNs = 1, Text = "one" }, new LogLine { AtNs = 2, Text = "two" }]);
        for (int round = 0; round < 2000; round++)
        {
            byte[] damaged = wire[..random.Next(wire.Length)];
            if (damaged.Length > 0)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                Assert.True((await ReadAllAsync(damaged)).Count <= 2);
            }
            catch (RpcException e)
            {
                Assert.True(e.Code is StatusCode.Internal or StatusCode.ResourceExhausted);
            }
        }
    }

    public static TheoryData<byte[], StatusCode, string> Faults => new()
    {
        { [1, 0, 0, 0, 0], StatusCode.Internal, "compressed" },
        { [0, 0, 0, 4, 0], StatusCode.ResourceExhausted, "1024 bytes is larger than the limit of 1000" },
        { [0, 255, 255, 255, 255], StatusCode.ResourceExhausted, "4294967295" },
        { [0, 0, 0, 0, 9, 1], StatusCode.Internal, "within a message" },
        { [0, 0, 0], StatusCode.Internal, "within a message" },
        { [0, 0, 0, 0, 1, 255], StatusCode.Internal, "cannot be parsed" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Says_what_is_wrong_with_a_stream(byte[] wire, StatusCode code, string reason)
    {
        RpcException fault = await Assert.ThrowsAsync<RpcException>(() => ReadAllAsync(wire));
        Assert.Equal(code, fault.Code);
        Assert.Contains(reason, fault.Message);
    }

    private static byte[] Wire(IEnumerable<LogLine> messages)
    {
        ArrayBufferWriter<byte> output = new();
        foreach (LogLine message in messages)
        {
            Frames.Write(output, message);
        }

        return output.WrittenSpan.ToArray();
    }

    private static Task<List<LogLine>> ReadAllAsync(byte[] wire) => ReadAllAsync(PipeReader.Create(new ReadOnlySequence<byte>(wire)));

    private static async Task<List<LogLine>> ReadAllAsync(PipeReader input)
    {
        List<LogLine> messages = [];
        await foreach (LogLine message in Frames.ReadAsync(input, LogLine.Parser, Limit, TestContext.Current.CancellationToken))
        {
            messages.Add(message);
        }

        return messages;
    }
}
