using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace NodeBox.Kernel.Tests;

/// <summary>
/// Opens, uses and closes connections as fast as one thread a CPU can: each thread is both ends, so that nothing is woken or switched to.
/// Connections go to ever new loopback addresses, as a pair of addresses has about 28,000 ports and a closed one waits for a minute.
/// System calls are made directly: the framework's sockets would be most of the work.
/// </summary>
internal sealed partial class LedgerStressLoad
{
    private const int AF_INET = 2;
    private const int SOCK_STREAM = 1;
    private const int FirstPort = 20_000;
    private const uint FirstAddress = 0x7f010000;
    private const uint Addresses = 1 << 20;

    private readonly List<Thread> _threads = [];
    private long _connections;
    private volatile bool _stop;
    private volatile Exception? _failure;

    /// <summary>Starts in the network namespace of the calling thread.</summary>
    public LedgerStressLoad()
    {
        for (int worker = 0; worker < Environment.ProcessorCount; worker++)
        {
            ushort port = (ushort)(FirstPort + worker);
            Thread thread = new(() => Work(port));
            thread.Start();
            _threads.Add(thread);
        }
    }

    /// <summary>Connections that were established, carried a byte from the client, and were closed in order by both ends.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>Ends after each thread's connection in progress.</summary>
    public void Stop()
    {
        _stop = true;
        _threads.ForEach(thread => thread.Join());
        if (_failure is Exception e)
        {
            throw new InvalidOperationException($"the load failed after {Connections} connections: {e.Message}", e);
        }
    }

    private void Work(ushort port)
    {
        try
        {
            int listener = Check(socket(AF_INET, SOCK_STREAM, 0), "socket");
            SocketAddress any = new(0, port);
            Check(bind(listener, in any, SocketAddress.Size), "bind");
            Check(listen(listener, 16), "listen");
            for (uint i = 0; !_stop; i++)
            {
                Connect(listener, new SocketAddress(FirstAddress + (i % Addresses), port));
                Interlocked.Increment(ref _connections);
            }

            Check(close(listener), "close");
        }
        catch (Exception e)
        {
            _failure = e;
        }
    }

    private static void Connect(int listener, SocketAddress to)
    {
        byte data = 1;
        int client = Check(socket(AF_INET, SOCK_STREAM, 0), "socket");
        Check(connect(client, in to, SocketAddress.Size), "connect");
        int server = Check(accept(listener, 0, 0), "accept");
        Check((int)send(client, in data, 1, 0), "send");
        Check((int)recv(server, ref data, 1, 0), "recv");
        Check(close(client), "close");
        Check((int)recv(server, ref data, 1, 0), "recv");
        Check(close(server), "close");
    }

    private static int Check(int result, string call)
    {
        return result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{call}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int family, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(int fd, in SocketAddress address, int size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int listen(int fd, int backlog);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int connect(int fd, in SocketAddress address, int size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int accept(int fd, nint address, nint size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(int fd, in byte data, nint size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int fd, ref byte data, nint size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int fd);

    /// <summary>netinet/in.h <c>struct sockaddr_in</c>; address and port in network byte order.</summary>
    private readonly struct SocketAddress(uint address, ushort port)
    {
        public const int Size = 16;

        private readonly ushort _family = AF_INET;
        private readonly ushort _port = BinaryPrimitives.ReverseEndianness(port);
        private readonly uint _address = BinaryPrimitives.ReverseEndianness(address);
        private readonly ulong _zero;
    }
}
