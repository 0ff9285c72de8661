using System.Buffers.Binary;
using System.Net;
using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Probes;

/// <summary>Turns the kernel's addresses into the framework's.</summary>
internal static class Addresses
{
    /// <param name="family">AF_INET, of which the first four bytes are the address, or AF_INET6.</param>
    public static IPEndPoint EndPoint(int family, ReadOnlySpan<byte> bytes, ushort port) =>
        family == Net.AF_INET6 ? EndPoint(bytes, port) : EndPoint(bytes[..4], port);

    /// <param name="bytes">16 bytes, IPv4 in its mapped form; or 4.</param>
    /// <param name="port">As the kernel keeps it: in network byte order.</param>
    public static IPEndPoint EndPoint(ReadOnlySpan<byte> bytes, ushort port)
    {
        IPAddress address = new(bytes);
        return new IPEndPoint(
            address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address,
            BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(port) : port);
    }
}
