using System.Buffers.Binary;
using System.Net;

namespace NodeBox.Probes.Native.Probes;

/// <summary>Turns the kernel's addresses into the framework's.</summary>
internal static class Addresses
{
    /// <param name="bytes">16 bytes; IPv4 in its mapped form.</param>
    /// <param name="port">As the kernel keeps it: in network byte order.</param>
    public static IPEndPoint EndPoint(ReadOnlySpan<byte> bytes, ushort port)
    {
        IPAddress address = new(bytes);
        return new IPEndPoint(
            address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address,
            BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(port) : port);
    }
}
