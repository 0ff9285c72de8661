using System.Diagnostics;
using NodeBox.Roles.Llm.Engines;
using Xunit.Runner.InProc.SystemConsole;

namespace NodeBox.Roles.Tests;

/// <summary>The tests, or, for the tests of the llm role, the process of one model.</summary>
internal static class Program
{
    private const string Engine = "engine";

    public static async Task<int> Main(string[] args)
    {
        if (args is not [Engine, _])
        {
            return await ConsoleRunner.Run(args);
        }

        EngineHost.Run(Console.OpenStandardInput(), Console.OpenStandardOutput());
        return 1;
    }

    /// <summary>Starts this program as the process of a model. It may itself have been started with <c>dotnet</c>.</summary>
    public static ProcessStartInfo EngineProgram(string model)
    {
        string program = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? new ProcessStartInfo(program, [typeof(Program).Assembly.Location, Engine, model])
            : new ProcessStartInfo(program, [Engine, model]);
    }
}
