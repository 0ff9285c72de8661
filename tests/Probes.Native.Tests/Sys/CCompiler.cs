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
            string program = $$"""
                #define _GNU_SOURCE
                #include <stddef.h>
                #include <stdio.h>
                {{includes}}
                int main(void) {
                {{lines}}
                }

                """;
            File.WriteAllText($"{folder}/ask.c", program);
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
            ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(start)!;
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
