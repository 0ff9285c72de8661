using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace NodeBox.Telemetry.Grpc;

/// <summary>Messages on the wire: one byte that says whether it is compressed, four big-endian bytes of length, the message.</summary>
internal static class Frames
{
    public const int HeaderBytes = 5;

    /// <summary>Puts one message into <paramref name="output"/>, uncompressed. Flushing is the caller's.</summary>
    public static void Write(IBufferWriter<byte> output, IMessage message)
    {
        int length = message.CalculateSize();
        Span<byte> frame = output.GetSpan(HeaderBytes + length);
        frame[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(frame[1..], (uint)length);
        message.WriteTo(frame.Slice(HeaderBytes, length));
        output.Advance(HeaderBytes + length);
    }

    /// <summary>As <see cref="Write(IBufferWriter{byte}, IMessage)"/>, of a message that is serialised.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlyMemory<byte> message)
    {
        Span<byte> frame = output.GetSpan(HeaderBytes + message.Length);
        frame[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(frame[1..], (uint)message.Length);
        message.Span.CopyTo(frame[HeaderBytes..]);
        output.Advance(HeaderBytes + message.Length);
    }

    /// <summary>Reads messages until the other side ends the stream.</summary>
    /// <exception cref="RpcException">
    /// ResourceExhausted for a message beyond <paramref name="maxBytes"/>; Internal for anything malformed.
    /// </exception>
    public static async IAsyncEnumerable<T> ReadAsync<T>(
        PipeReader input,
        MessageParser<T> parser,
        int maxBytes,
        [EnumeratorCancellation] CancellationToken cancellation)
        where T : IMessage<T>
    {
        while (true)
        {
            ReadResult read = await input.ReadAsync(cancellation).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = read.Buffer;
            while (TryCut(ref buffer, maxBytes, out ReadOnlySequence<byte> body))
            {
                yield return Parse(parser, body);
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                if (!buffer.IsEmpty)
                {
                    throw new RpcException(StatusCode.Internal, $"the stream ended within a message: {buffer.Length} bytes are left over");
                }

                yield break;
            }
        }
    }

    private static bool TryCut(ref ReadOnlySequence<byte> buffer, int maxBytes, out ReadOnlySequence<byte> body)
    {
        body = default;
        if (buffer.Length < HeaderBytes)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[HeaderBytes];
        buffer.Slice(0, HeaderBytes).CopyTo(header);
        if (header[0] != 0)
        {
            throw new RpcException(StatusCode.Internal, "a message is compressed, which was not offered");
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (length > (uint)maxBytes)
        {
            throw new RpcException(StatusCode.ResourceExhausted, $"a message of {length} bytes is larger than the limit of {maxBytes}");
        }

        if (buffer.Length < HeaderBytes + length)
        {
            return false;
        }

        body = buffer.Slice(HeaderBytes, length);
        buffer = buffer.Slice(HeaderBytes + length);
        return true;
    }

    private static T Parse<T>(MessageParser<T> parser, ReadOnlySequence<byte> body)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new RpcException(StatusCode.Internal, $"a message cannot be parsed: {e.Message}", e);
        }
    }
}
