using System.Diagnostics;

namespace NodeBox.Roles.Tests.Llm;

/// <summary>Starts each model's process at once, and again only when the test has let it: until then the model stays away.</summary>
internal sealed class HeldRestart : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nodebox-held-").FullName;
    private readonly HashSet<string> _started = [];

    private string Gate => Path.Combine(_folder, "open");

    /// <summary>The program to start: an <see cref="Roles.Llm.Engines.EngineProgram"/>.</summary>
    public ProcessStartInfo Program(string model)
    {
        ProcessStartInfo engine = Tests.Program.EngineProgram(model);
        lock (_started)
        {
            if (_started.Add(model))
            {
                return engine;
            }
        }

        // It replaces itself, so that the process is the engine's; who ends the test without opening ends it, too.
        const string Wait = "until [ -e \"$0\" ]; do [ -e \"${0%/*}\" ] || exit 1; sleep 0.05; done; exec \"$@\"";
        return new ProcessStartInfo("sh", ["-c", Wait, Gate, engine.FileName, .. engine.ArgumentList]);
    }

    /// <summary>Lets all processes start that wait, and those to come.</summary>
    public void Open() => File.WriteAllText(Gate, "");

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
