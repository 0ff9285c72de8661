using NodeBox.Probes.Native.Diag;
using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Tests.Diag;

public sealed class DiagReplyTests
{
    [Fact]
    public void Survives_random_and_truncated_answers()
    {
        Random random = new(11);
        DiagReply reply = new(1, null);
        int read = 0;
        for (int i = 0; i < 50_000; i++)
        {
            byte[] body = new byte[random.Next(200)];
            random.NextBytes(body);

            // Attributes that often fit: small lengths and the types that are read.
            for (int at = 72; at + 4 <= body.Length; at += 4)
            {
                body[at] = (byte)random.Next(24);
                body[at + 1] = 0;
                body[at + 2] = (byte)random.Next(22);
                body[at + 3] = 0;
            }

            try
            {
                reply.Read(body);
                read++;
            }
            catch (InvalidDataException)
            {
                // The only failure allowed.
            }
        }

        Assert.InRange(read, 1, 50_000);
    }

    [Fact]
    public void Survives_random_datagrams()
    {
        Random random = new(12);
        for (int i = 0; i < 50_000; i++)
        {
            byte[] datagram = new byte[random.Next(64)];
            random.NextBytes(datagram);
            if (datagram.Length > 4)
            {
                datagram.AsSpan(1, 3).Clear();
            }

            try
            {
                Netlink.Parse(datagram, _ => { });
            }
            catch (Exception e) when (e is InvalidDataException or BpfException)
            {
                // The only failures allowed.
            }
        }
    }

    [Fact]
    public void An_answer_of_an_older_kernel_lacks_counters()
    {
        byte[] body = new byte[72 + 4 + 104];
        body[1] = (byte)tcp_state.TCP_ESTABLISHED;
        body[72] = 4 + 104;
        body[74] = 2;
        body[72 + 4 + 68] = 50;

        FlowSnapshot snapshot = DiagReply.Parse(body);

        Assert.Equal((50u, 0ul), (snapshot.SmoothedRttUs, snapshot.TxBytes));
    }
}
