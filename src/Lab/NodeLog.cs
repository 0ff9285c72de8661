using System.Text;

namespace NodeBox.Lab;

/// <summary>
/// A log file that keeps the end: at its limit it is renamed to <c>NAME.1</c>, over an older one, and begun anew, so that a node that says
/// too much takes at most twice the limit.
/// </summary>
internal sealed class NodeLog(string path, long limit = NodeLog.DefaultLimit) : IDisposable
{
    internal const long DefaultLimit = 16 << 20;

    private FileStream _file = Create(path);

    internal void Write(ReadOnlySpan<byte> bytes)
    {
        if (_file.Length + bytes.Length > limit && _file.Length > 0)
        {
            _file.Dispose();
            File.Move(path, path + ".1", overwrite: true);
            _file = Create(path);
        }

        _file.Write(bytes);
    }

    /// <summary>Writes all of the stream, until it ends.</summary>
    internal async Task CopyFromAsync(Stream source)
    {
        byte[] buffer = new byte[16 << 10];
        while (await source.ReadAsync(buffer) is int read and > 0)
        {
            Write(buffer.AsSpan(0, read));
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>The last lines that are not blank, of the last 8 KiB; none when there is no file.</summary>
    internal static IReadOnlyList<string> Tail(string path, int lines)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(-Math.Min(file.Length, 8 << 10), SeekOrigin.End);
        using var reader = new StreamReader(file, Encoding.UTF8);
        return [.. reader.ReadToEnd().Split('\n').Where(line => !string.IsNullOrWhiteSpace(line)).TakeLast(lines)];
    }

    /// <summary>Without a buffer of its own, so that what a node said last is in the file when the supervisor is killed.</summary>
    private static FileStream Create(string path) =>
        new(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
}
