using System.Globalization;

namespace NodeBox.Lab;

/// <summary>
/// The right to change a lab: an flock(2) on its lock file, which the kernel releases when the holder ends, however it ends.
/// A <see cref="FileStream"/> without sharing is such a lock, and is not inherited by child processes.
/// </summary>
internal sealed class LabLock : IDisposable
{
    private readonly FileStream _file;

    private LabLock(FileStream file) => _file = file;

    /// <summary>
    /// Takes the lock, waiting up to <paramref name="patience"/> for a reader or a dying holder; null when another holds it.
    /// </summary>
    internal static LabLock? TryTake(LabFiles files, TimeSpan patience)
    {
        DateTime until = DateTime.UtcNow + patience;
        while (true)
        {
            Directory.CreateDirectory(files.Directory);
            if (TryOpen(files.Lock) is LabLock taken)
            {
                File.WriteAllText(files.Owner, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
                return taken;
            }

            if (DateTime.UtcNow >= until)
            {
                return null;
            }

            Thread.Sleep(20);
        }
    }

    /// <summary>The process that holds the lock, null when none does.</summary>
    internal static int? Holder(LabFiles files)
    {
        try
        {
            // Sharing for reading asks for a shared lock, which an exclusive one refuses.
            using var probe = new FileStream(files.Lock, FileMode.Open, FileAccess.Read, FileShare.Read);
            return null;
        }
        catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (IOException)
        {
            return ReadOwner(files);
        }
    }

    public void Dispose() => _file.Dispose();

    private static LabLock? TryOpen(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
        // Between opening and locking the last holder may have removed the file, and the lock on it would keep nobody out.
        // The kernel then says so at the end of the link (d_path in fs/d_path.c).
        FileSystemInfo? link = File.ResolveLinkTarget(
            $"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}", returnFinalTarget: false);
        if (link!.FullName.EndsWith(" (deleted)", StringComparison.Ordinal))
        {
            file.Dispose();
            return null;
        }

        return new LabLock(file);
    }

    /// <summary>The holder's process id; 0 in the instant before it has written it.</summary>
    private static int ReadOwner(LabFiles files)
    {
        try
        {
            return int.TryParse(File.ReadAllText(files.Owner), CultureInfo.InvariantCulture, out int pid) ? pid : 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
