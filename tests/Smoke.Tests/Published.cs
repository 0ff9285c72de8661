using System.Runtime.CompilerServices;

namespace NodeBox.Smoke.Tests;

/// <summary>The program under test: what <c>./dev build</c> published, or what the variable NODEBOX_BINARY names.</summary>
internal static class Published
{
    private const string Variable = "NODEBOX_BINARY";

    /// <summary>The source tree that the tests were compiled from.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The program's path. Fails the test where there is no such file.</summary>
    public static string Binary
    {
        get
        {
            string path = Environment.GetEnvironmentVariable(Variable) ?? Path.Combine(Root, "out", "nodebox", "nodebox");
            Assert.True(File.Exists(path), $"there is no {path}: run ./dev build first, or set {Variable}");
            return path;
        }
    }

    /// <summary>A copy of the installation in which a test may break the program's own files. The large libraries are links.</summary>
    public static string CopyTo(string folder)
    {
        string source = Path.GetDirectoryName(Binary)!;
        Directory.CreateDirectory(Path.Combine(folder, "llama"));
        foreach (string file in Directory.EnumerateFiles(Path.Combine(source, "llama")))
        {
            File.CreateSymbolicLink(Path.Combine(folder, "llama", Path.GetFileName(file)), file);
        }

        foreach (string data in new[] { "libduckdb.so", "agents", "scenarios" })
        {
            File.CreateSymbolicLink(Path.Combine(folder, data), Path.Combine(source, data));
        }

        // The program looks for its files beside the file that it was started from, links resolved: so it is a copy.
        string copy = Path.Combine(folder, "nodebox");
        File.Copy(Binary, copy);
        return copy;
    }

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        string? folder = Path.GetDirectoryName(thisFile);
        while (folder is not null && !File.Exists(Path.Combine(folder, "nodebox.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException($"no nodebox.sln above {thisFile}");
    }
}
