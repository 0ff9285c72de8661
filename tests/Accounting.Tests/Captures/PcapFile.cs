using System.Buffers.Binary;

namespace NodeBox.Accounting.Tests.Captures;

/// <summary>Reads captures in the classic format (draft-ietf-opsawg-pcap): both byte orders, times in µs or ns.</summary>
internal static class PcapFile
{
    private const uint MicrosecondMagic = 0xA1B2C3D4;
    private const uint NanosecondMagic = 0xA1B23C4D;
    private const uint NextGenerationMagic = 0x0A0D0D0A;
    private const int HeaderBytes = 24;
    private const int RecordBytes = 16;

    // What libpcap takes for a broken file (MAXIMUM_SNAPLEN), and twice the longest packet that Linux makes (GSO_MAX_SIZE).
    private const uint MaxCapturedBytes = 262_144;
    private const uint MaxFrameBytes = 1 << 20;
    private const uint Second = 1_000_000_000;

    /// <summary>All frames of a file.</summary>
    /// <exception cref="CaptureException">It is no capture, is cut off, or has a link type that <see cref="LinkType"/> lacks.</exception>
    public static IReadOnlyList<Frame> Read(string path) => Parse(File.ReadAllBytes(path), path);

    /// <summary>All frames of a file's content.</summary>
    /// <param name="bytes">The content; the frames refer to it.</param>
    /// <param name="name">Names the file in errors.</param>
    /// <exception cref="CaptureException">As for <see cref="Read"/>.</exception>
    public static IReadOnlyList<Frame> Parse(byte[] bytes, string name)
    {
        if (bytes.Length < HeaderBytes)
        {
            throw new CaptureException($"{name}: no capture, as it has {bytes.Length} bytes and the header alone has {HeaderBytes}");
        }

        (bool isBigEndian, uint tick) = ReadMagic(bytes, name);
        uint Word(int at) => isBigEndian
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at))
            : BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
        LinkType link = LinkOf(Word(20), name);
        List<Frame> frames = [];
        int at = HeaderBytes;
        while (at < bytes.Length)
        {
            if (bytes.Length - at < RecordBytes)
            {
                throw new CaptureException($"{name}: cut off at byte {bytes.Length}, in the header of frame {frames.Count + 1}");
            }

            uint fraction = Word(at + 4);
            uint captured = Word(at + 8);
            uint length = Word(at + 12);
            if (captured > MaxCapturedBytes || length < captured || length > MaxFrameBytes || fraction >= Second / tick)
            {
                throw new CaptureException(
                    $"{name}: frame {frames.Count + 1} at byte {at} cannot be: {captured} of {length} bytes, {fraction} fractions of a second");
            }

            long atNs = (Word(at) * (long)Second) + (fraction * (long)tick);
            at += RecordBytes;
            if (bytes.Length - at < captured)
            {
                throw new CaptureException(
                    $"{name}: cut off at byte {bytes.Length}, in frame {frames.Count + 1}: {captured} bytes, of which {bytes.Length - at} are there");
            }

            frames.Add(new Frame(atNs, link, bytes.AsMemory(at, (int)captured), (int)length));
            at += (int)captured;
        }

        return frames;
    }

    private static (bool IsBigEndian, uint Tick) ReadMagic(byte[] bytes, string name) =>
        (BinaryPrimitives.ReadUInt32LittleEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes)) switch
        {
            (MicrosecondMagic, _) => (false, 1000),
            (NanosecondMagic, _) => (false, 1),
            (_, MicrosecondMagic) => (true, 1000),
            (_, NanosecondMagic) => (true, 1),
            (NextGenerationMagic, _) => throw new CaptureException($"{name}: a pcapng capture; only the classic format is read"),
            (uint magic, _) => throw new CaptureException($"{name}: no capture, as it begins with {magic:x8}"),
        };

    // The upper bits may say how long the frame check sequence is.
    private static LinkType LinkOf(uint word, string name)
    {
        var link = (LinkType)(word & 0xFFFF);
        return Enum.IsDefined(link) ? link : throw new CaptureException($"{name}: link type {(uint)link} is not read");
    }
}
