namespace NodeBox.Llama.Devices;

/// <summary>What became of a CUDA build.</summary>
/// <param name="Cuda">The major version of CUDA that it is for.</param>
/// <param name="File">Its file.</param>
/// <param name="FileFault">Why the file cannot be loaded, or null.</param>
/// <param name="Libraries">What it needs of the machine, as far as that was looked at.</param>
/// <param name="LoadFault">Why it was not loaded or yields no GPU although its file and its libraries are there, or null.</param>
public sealed record CudaFinding(
    int Cuda, string File, string? FileFault, IReadOnlyList<NeededLibrary> Libraries, string? LoadFault)
{
    /// <summary>All that keeps it from being used; null if it is used.</summary>
    public string? Fault
    {
        get
        {
            string?[] faults = [FileFault, .. Libraries.Select(library => library.Fault), LoadFault];
            string text = string.Join("; ", faults.OfType<string>());
            return text.Length > 0 ? text : null;
        }
    }
}
