using System.ComponentModel;
using System.Diagnostics;

namespace NodeBox.Probes.Native.Tests.Sys;

/// <summary>Asks the C compiler what it thinks of the system's headers; skips the test where there is none.</summary>
internal static class CCompiler
{
    public static long[] Evaluate(string includes, IReadOnlyList<string> expressions)
    {
        string folder = Directory.CreateTempSubdirectory("nodebox-cc-").FullName;
        try
        {
            string lines = string.Concat(expressions.Select(e => $"    printf(\"%lld\\n\", (long long)({e}));\n"));
            File.WriteAllText($"{folder}/ask.c", $"#define _GNU_SOURCE\n#include <stddef.h>\n#include <stdio.h>\n{includes}\nint main(void) {{\n{lines}}}\n");
            Assert.Equal("", Run("gcc", $"-o {folder}/ask {folder}/ask.c"));
            return [.. Run($"{folder}/ask", "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Run(string program, string arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
            process.WaitForExit();
            return output;
        }
        catch (Win32Exception)
        {
            Assert.Skip($"needs {program}");
            throw;
        }
    }
}
