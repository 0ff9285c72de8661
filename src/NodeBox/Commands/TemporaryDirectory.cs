namespace NodeBox.Commands;

/// <summary>A directory of this process's own, removed with it.</summary>
/// <param name="parent">Where to make it, made if absent: a lab's state folder goes with the lab even if this process is killed.</param>
/// <param name="name">The beginning of its name.</param>
internal sealed class TemporaryDirectory(string parent, string name) : IDisposable
{
    public string Path { get; } = Directory.CreateDirectory(System.IO.Path.Combine(parent, $"{name}-{Environment.ProcessId}")).FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
