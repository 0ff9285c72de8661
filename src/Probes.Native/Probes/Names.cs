using System.Text;

namespace NodeBox.Probes.Native.Probes;

/// <summary>Reads names that end at a NUL. Bytes that are not UTF-8 become U+FFFD: a process chooses its own name.</summary>
internal static class Names
{
    public static string Text(ReadOnlySpan<byte> name)
    {
        int end = name.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
    }
}
