using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace NodeBox.Llama.Hub;

/// <summary>
/// A file that is being downloaded: FILE.part holds what is there, FILE.part.etag the version that it is of. Nobody else may write it
/// meanwhile. What was written stays when it is closed, for another try.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    private const int Block = 1 << 20;

    private readonly string _path;
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <exception cref="HubException">It cannot be written, or another process writes it.</exception>
    public PartialFile(string path)
    {
        _path = path;
        _file = Guard(() => new FileStream(PartPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
    }

    public long Length { get; private set; }

    /// <summary>The version that the content is of; null if the server did not say.</summary>
    public EntityTagHeaderValue? EntityTag { get; private set; }

    private string PartPath => _path + ".part";

    private string TagPath => PartPath + ".etag";

    /// <summary>Takes over what an earlier try left, unless it is longer than the file shall be.</summary>
    public async Task ResumeAsync(long size, CancellationToken cancellation)
    {
        if (_file.Length > size)
        {
            Restart(null);
            return;
        }

        byte[] block = new byte[Block];
        while (await _file.ReadAsync(block, cancellation) is > 0 and int count)
        {
            _hash.AppendData(block, 0, count);
            Length += count;
        }

        if (File.Exists(TagPath) && EntityTagHeaderValue.TryParse(await File.ReadAllTextAsync(TagPath, cancellation), out EntityTagHeaderValue? tag))
        {
            EntityTag = tag;
        }
    }

    /// <summary>Begins anew, with content of a version.</summary>
    public void Restart(EntityTagHeaderValue? entityTag)
    {
        _file.SetLength(0);
        _hash.GetHashAndReset();
        Length = 0;
        EntityTag = entityTag is { IsWeak: false } ? entityTag : null;
        Guard(() =>
        {
            File.WriteAllText(TagPath, EntityTag?.ToString() ?? "");
            return 0;
        });
    }

    /// <exception cref="HubException">There is no room.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _file.Position = Length;
            _file.Write(bytes);
        }
        catch (IOException e)
        {
            throw new HubException(HubFault.Machine, $"{PartPath} cannot be written: {e.Message}. What is there is kept for another try.", e);
        }

        _hash.AppendData(bytes);
        Length += bytes.Length;
    }

    /// <summary>The SHA-256 of all that is there, in lower case.</summary>
    public string Sha256() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>Gives it its own name.</summary>
    public void Complete()
    {
        _file.Flush(flushToDisk: true);
        Guard(() =>
        {
            File.Move(PartPath, _path, overwrite: true);
            File.Delete(TagPath);
            return 0;
        });
    }

    /// <summary>Removes it: what is there is of no use.</summary>
    public void Discard()
    {
        File.Delete(PartPath);
        File.Delete(TagPath);
    }

    public void Dispose()
    {
        _file.Dispose();
        _hash.Dispose();
    }

    private T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HubException(HubFault.Machine, $"{PartPath} cannot be written: {e.Message}", e);
        }
    }
}
