using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace NodeBox.Lab;

/// <summary>An IPv4 subnet, <paramref name="Network"/> in host byte order with its host bits 0.</summary>
internal readonly record struct Subnet(uint Network, int PrefixLength)
{
    private uint Mask => uint.MaxValue << (32 - PrefixLength);

    internal static Subnet Around(uint address, int prefixLength) => new(address & (uint.MaxValue << (32 - prefixLength)), prefixLength);

    internal bool Contains(uint address) => (address & Mask) == Network;

    /// <summary>Whether the address is neither the first, which names the subnet, nor the last, which is for broadcast.</summary>
    internal bool IsHost(uint address) => address != Network && address != (Network | ~Mask);

    /// <summary>
    /// The address as a number, null unless it is four numbers with dots: <see cref="IPAddress"/> alone would take "10" for 0.0.0.10.
    /// </summary>
    internal static uint? Parse(string address)
    {
        bool valid = IPAddress.TryParse(address, out IPAddress? parsed)
            && parsed.AddressFamily == AddressFamily.InterNetwork
            && parsed.ToString() == address;
        return valid ? BinaryPrimitives.ReadUInt32BigEndian(parsed!.GetAddressBytes()) : null;
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Network);
        return $"{new IPAddress(bytes)}/{PrefixLength}";
    }
}
