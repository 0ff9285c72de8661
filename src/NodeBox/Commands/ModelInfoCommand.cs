using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using NodeBox.Llama.Gguf;
using NodeBox.Llama.Inference;
using NodeBox.Llama.Models;
using NodeBox.Roles.Llm;
using Spectre.Console;

namespace NodeBox.Commands;

/// <summary><c>nodebox model info</c>: what a model file says of itself, and the memory it takes. The model is not loaded.</summary>
internal static class ModelInfoCommand
{
    private const int MostSlots = 256;
    private const int MostContext = 1 << 20;

    private static readonly EngineOptions s_defaults = new ModelSettings().Options;

    private static readonly Argument<string> s_file = new("FILE")
    {
        Description = "A model file (GGUF); of a model in several files, any of them.",
    };

    private static readonly Option<int> s_slots = new("--slots")
    {
        Description = "Requests decoded at the same time.",
        DefaultValueFactory = static _ => s_defaults.Slots,
        HelpName = "N",
    };

    private static readonly Option<int?> s_context = new("--context")
    {
        Description = $"Tokens of a slot. Default: {s_defaults.Context}, or as many as the model was trained on.",
        HelpName = "N",
    };

    public static Command Create()
    {
        s_slots.Validators.Add(result => CheckRange(result, s_slots.Name, result.GetValueOrDefault<int>(), MostSlots));
        s_context.Validators.Add(result => CheckRange(result, s_context.Name, result.GetValueOrDefault<int?>() ?? 1, MostContext));
        var command = new Command("info", "Show what a model file holds and the memory that serving it takes, without loading it.")
        {
            s_file, s_slots, s_context, ConfigOption.Json,
        };
        command.SetAction(Show);
        return command;
    }

    private static void CheckRange(OptionResult result, string name, int value, int most)
    {
        if (value < 1 || value > most)
        {
            result.AddError($"{name} is {value}; it must be from 1 to {most}.");
        }
    }

    private static int Show(ParseResult parsed)
    {
        string file = parsed.GetValue(s_file)!;
        ModelFacts model = ModelFacts.Read(file);
        int slots = parsed.GetValue(s_slots);
        int context = parsed.GetValue(s_context) ?? Math.Min(s_defaults.Context, model.TrainedContext);
        MemoryNeed memory = model.Memory(slots, context, Math.Min(s_defaults.EmbeddingTokens, context));
        var line = new ModelLine(file, model, new ModelMemoryLine(slots, context, memory));
        if (parsed.GetValue(ConfigOption.Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(line, OutputJson.Default.ModelLine));
        }
        else
        {
            Terminal.Out.Write(Table(line));
        }

        return ExitCodes.Done;
    }

    private static Grid Table(ModelLine model)
    {
        Grid grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        void Row(string name, string value) => grid.AddRow(Markup.Escape(name), Markup.Escape(value));

        Row("architecture", model.Architecture);
        Row("name", model.Name ?? "(none)");
        Row("parameters", Count(model.Parameters));
        Row("quantisation", string.Join(", ", model.Types.Select(type => $"{type.Type} {Share(type, model)}")));
        Row("context", $"{model.Context} tokens");
        Row("vocabulary", $"{model.Vocabulary} tokens");
        Row("chat template", model.ChatTemplate ?? "none of a known family: set chat_template in [roles.llm]");
        ModelMemoryLine memory = model.Memory;
        Row($"memory for {memory.Slots} slots of {memory.Context} tokens", Bytes(memory.TotalBytes));
        Row("  weights", Bytes(memory.WeightsBytes));
        Row("  KV cache", Bytes(memory.KvCacheBytes) + (model.HasRecurrentState ? ", without its recurrent state" : ""));
        Row("  compute, at most", Bytes(memory.ComputeBytes));
        Row("  embeddings, at most", Bytes(memory.EmbeddingsBytes));
        return grid;
    }

    private static string Share(TensorShare type, ModelLine model) =>
        string.Create(CultureInfo.InvariantCulture, $"{100.0 * type.Elements / Math.Max(1, model.Parameters):0.#} %");

    private static string Count(ulong parameters) => string.Create(CultureInfo.InvariantCulture, $"{parameters:N0}");

    private static string Bytes(ulong bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:N1} MiB");
}
