using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using NodeBox.Telemetry.Http;

namespace NodeBox.Telemetry.Tests.Http;

public sealed class CountedReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Records_are_handed_out_one_at_a_time_however_they_come(int seed)
    {
        var random = new Random(seed);
        (byte[] all, HashSet<long> ends) = Records(random, 200);
        byte[] read = await ReadAsync(all, isTls: true, random, (reader, given) =>
        {
            long last = reader.Consumed + given;
            Assert.DoesNotContain(ends, end => end > reader.Consumed && end < last);
        });
        Assert.Equal(all, read);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Anything_else_passes_just_the_same(int seed)
    {
        var random = new Random(seed);
        byte[] all = new byte[5000];
        random.NextBytes(all);
        Assert.Equal(all, await ReadAsync(all, isTls: true, random, static (_, _) => { }));
        Assert.Equal(all, await ReadAsync(all, isTls: false, random, static (_, _) => { }));
    }

    [Fact]
    public async Task What_is_only_looked_at_is_not_counted()
    {
        var pipe = new Pipe();
        var reader = new CountedReader(pipe.Reader, isTls: false);
        await pipe.Writer.WriteAsync(new byte[10]);
        Assert.True(reader.TryRead(out ReadResult read));
        reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        Assert.Equal(0, reader.Consumed);
        Assert.False(reader.TryRead(out _));
        await pipe.Writer.WriteAsync(new byte[10]);
        read = await reader.ReadAsync(TestContext.Current.CancellationToken);
        reader.AdvanceTo(read.Buffer.GetPosition(3), read.Buffer.End);
        Assert.Equal(3, reader.Consumed);
        reader.CancelPendingRead();
        read = await reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.True(read.IsCanceled);
        reader.AdvanceTo(read.Buffer.End);
        Assert.Equal(20, reader.Consumed);
        await reader.CompleteAsync();
    }

    /// <summary>Sends all in random pieces and reads it in random portions.</summary>
    private static async Task<byte[]> ReadAsync(byte[] all, bool isTls, Random random, Action<CountedReader, long> check)
    {
        var pipe = new Pipe(new PipeOptions(minimumSegmentSize: 64));
        var reader = new CountedReader(pipe.Reader, isTls);
        using var read = new MemoryStream();
        for (int sent = 0; sent < all.Length;)
        {
            int length = Math.Min(random.Next(1, 300), all.Length - sent);
            await pipe.Writer.WriteAsync(all.AsMemory(sent, length));
            sent += length;
            while (reader.TryRead(out ReadResult result))
            {
                check(reader, result.Buffer.Length);
                ReadOnlySequence<byte> taken = result.Buffer.Slice(0, random.NextInt64(result.Buffer.Length + 1));
                read.Write(taken.ToArray());
                reader.AdvanceTo(taken.End, taken.IsEmpty ? result.Buffer.End : taken.End);
            }
        }

        await pipe.Writer.CompleteAsync();
        for (bool isCompleted = false; !isCompleted;)
        {
            ReadResult rest = await reader.ReadAsync();
            check(reader, rest.Buffer.Length);
            read.Write(rest.Buffer.ToArray());
            isCompleted = rest.IsCompleted;
            reader.AdvanceTo(rest.Buffer.End);
        }

        Assert.Equal(all.Length, reader.Consumed);
        return read.ToArray();
    }

    private static (byte[] All, HashSet<long> Ends) Records(Random random, int count)
    {
        using var all = new MemoryStream();
        var ends = new HashSet<long>();
        for (int i = 0; i < count; i++)
        {
            byte[] record = new byte[5 + (random.Next(4) == 0 ? 0 : random.Next(2000))];
            random.NextBytes(record);
            BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(3), (ushort)(record.Length - 5));
            all.Write(record);
            ends.Add(all.Length);
        }

        return (all.ToArray(), ends);
    }
}
