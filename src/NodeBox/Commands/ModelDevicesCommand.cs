using System.CommandLine;
using System.Text.Json;
using NodeBox.Llama;
using NodeBox.Llama.Devices;
using Spectre.Console;

namespace NodeBox.Commands;

/// <summary><c>nodebox model devices</c>: what this machine can run models on, and what it lacks to do so on a GPU.</summary>
internal static class ModelDevicesCommand
{
    public static Command Create()
    {
        var command = new Command("devices", "Show what models can run on: the processor, GPUs, and what is missing for them.") { ConfigOption.Json };
        command.SetAction(Show);
        return command;
    }

    private static int Show(ParseResult parsed)
    {
        DeviceFindings found = LlamaLibrary.Load().FindDevices(thorough: true);
        if (parsed.GetValue(ConfigOption.Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(found, OutputJson.Default.DeviceFindings));
        }
        else
        {
            Terminal.Out.Write(Table(found));
        }

        return ExitCodes.Done;
    }

    private static Grid Table(DeviceFindings found)
    {
        Grid grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        void Row(string name, string value) => grid.AddRow(Markup.Escape(name), Markup.Escape(value));

        Row("processor", found.Processor);
        foreach (CudaFinding build in found.Cuda)
        {
            Row($"CUDA {build.Cuda}", build.Fault is null ? $"loaded: {build.File}" : "not used");
            Row("  build", build.FileFault ?? build.File);
            foreach (NeededLibrary library in build.Libraries)
            {
                Row($"  {library.Name}", library.Fault ?? library.LoadedFrom!);
            }

            if (build.LoadFault is not null)
            {
                Row("  GPUs", build.LoadFault);
            }
        }

        Row("GPUs", found.Gpus.Count == 0 ? "none that can be used" : string.Join(", ", found.Gpus));
        if (found.CompiledCode is not null)
        {
            Row("compiled code", found.CompiledCode);
        }

        return grid;
    }
}
