using System.Net;
using System.Security.Cryptography;

namespace NodeBox.Llama.Hub;

/// <summary>How far a file has come.</summary>
public readonly record struct HubProgress(HubFile File, long Done);

/// <summary>A file that is there.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Sha256">Its content's hash.</param>
/// <param name="IsChecked">Whether the server named that hash too.</param>
/// <param name="ResumedFrom">Bytes that an earlier try had left.</param>
public sealed record PulledFile(string Path, string Sha256, bool IsChecked, long ResumedFrom);

/// <summary>Downloads the files of a model: on a cut connection it goes on where it was, in this process or the next.</summary>
/// <param name="client">The server.</param>
/// <param name="repository">The model's repository.</param>
/// <param name="folder">Where the files go.</param>
public sealed class HubDownload(HubClient client, HubRepository repository, string folder)
{
    private const int Block = 1 << 17;

    private static readonly TimeSpan s_stall = TimeSpan.FromSeconds(60);

    /// <summary>Tries in a row that bring nothing before it gives up.</summary>
    public int Tries { get; init; } = 5;

    /// <summary>The wait before the second try; each further one waits twice as long.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Downloads a file, unless it is there already.</summary>
    /// <exception cref="HubException">It cannot be had, does not fit, or is not what the repository lists.</exception>
    public async Task<PulledFile> PullAsync(HubFile file, IProgress<HubProgress> progress, CancellationToken cancellation)
    {
        string path = Path.GetFullPath(Path.Combine(folder, file.Name));
        if (await HashOfAsync(path, file.Size, cancellation) is { } present && present == file.Sha256)
        {
            progress.Report(new HubProgress(file, file.Size));
            return new PulledFile(path, present, true, file.Size);
        }

        using var part = new PartialFile(path);
        await part.ResumeAsync(file.Size, cancellation);
        long resumedFrom = part.Length;
        CheckRoom(path, file.Size - part.Length);
        await TransferAllAsync(file, part, progress, cancellation);
        string sha256 = part.Sha256();
        if (file.Sha256 is { } wanted && wanted != sha256)
        {
            part.Discard();
            throw new HubException(
                HubFault.Content, $"{file.Path} has the SHA-256 {sha256}, but {repository} lists {wanted}: what came was deleted, try again.");
        }

        part.Complete();
        return new PulledFile(path, sha256, file.Sha256 is not null, resumedFrom);
    }

    private async Task TransferAllAsync(HubFile file, PartialFile part, IProgress<HubProgress> progress, CancellationToken cancellation)
    {
        int failures = 0;
        while (part.Length < file.Size)
        {
            long before = part.Length;
            try
            {
                await TransferAsync(file, part, progress, cancellation);
            }
            catch (HubException e) when (e.Fault == HubFault.Connection)
            {
                failures = part.Length > before ? 1 : failures + 1;
                if (failures >= Tries)
                {
                    throw new HubException(HubFault.Connection, $"{e.Message} {part.Length} of {file.Size} bytes are there; the same command goes on with the rest.", e);
                }

                await Task.Delay(Backoff * (1 << (failures - 1)), cancellation);
            }
        }
    }

    /// <summary>Reads one answer to its end.</summary>
    private async Task TransferAsync(HubFile file, PartialFile part, IProgress<HubProgress> progress, CancellationToken cancellation)
    {
        using HttpResponseMessage response = await client.OpenAsync(repository, file.Path, part.Length, part.EntityTag, cancellation);
        bool goesOn = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == part.Length;
        if (!goesOn)
        {
            if (response.StatusCode == HttpStatusCode.PartialContent)
            {
                throw new HubException(HubFault.Content, $"The server sends another part of {file.Path} than was asked for.");
            }

            part.Restart(response.Headers.ETag);
        }

        using Stream body = await response.Content.ReadAsStreamAsync(cancellation);
        byte[] block = new byte[Block];
        progress.Report(new HubProgress(file, part.Length));
        while (await ReadAsync(body, block, file, cancellation) is > 0 and int count)
        {
            if (part.Length + count > file.Size)
            {
                part.Discard();
                throw new HubException(HubFault.Content, $"{file.Path} is longer than the {file.Size} bytes that {repository} lists.");
            }

            part.Write(block.AsSpan(0, count));
            progress.Report(new HubProgress(file, part.Length));
        }

        if (part.Length < file.Size)
        {
            throw new HubException(HubFault.Connection, $"The connection ended before {file.Path} did.");
        }
    }

    private static async Task<int> ReadAsync(Stream body, byte[] block, HubFile file, CancellationToken cancellation)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stall.CancelAfter(s_stall);
        try
        {
            return await body.ReadAsync(block, stall.Token);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new HubException(HubFault.Connection, $"The connection was cut while {file.Path} came: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new HubException(HubFault.Connection, $"Nothing of {file.Path} came for {s_stall.TotalSeconds} s.", e);
        }
    }

    /// <summary>The hash of a file that has the right size; null for any other.</summary>
    private static async Task<string?> HashOfAsync(string path, long size, CancellationToken cancellation)
    {
        if (!File.Exists(path) || new FileInfo(path).Length != size)
        {
            return null;
        }

        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));
    }

    private static void CheckRoom(string path, long bytes)
    {
        long free = new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace;
        if (free < bytes)
        {
            throw new HubException(HubFault.Machine, $"{path} needs {bytes >> 20} MiB more, but its disk has {free >> 20} MiB free.");
        }
    }
}
