using System.Diagnostics;
using System.Globalization;
using NodeBox.Llama;
using NodeBox.Llama.Inference;
using NodeBox.Training.Domain;
using NodeBox.Training.Learning;
using NodeBox.Training.Network;
using NodeBox.Training.Text;

namespace NodeBox.Training;

/// <summary>Trains the testbed model and writes it; goes on from a checkpoint where there is one.</summary>
internal static class TrainCommand
{
    private const int CheckpointEvery = 250;
    private const int ReportEvery = 50;

    public static void Run(Arguments arguments)
    {
        string output = arguments.Text("--out", Defaults.Model);
        string from = arguments.Text("--from", "");
        string checkpoint = arguments.Text("--checkpoint", "out/training.state");
        int steps = arguments.Number("--steps", Defaults.Steps);
        int until = arguments.Number("--until", steps);
        ulong seed = (ulong)arguments.Number("--seed", 1);
        Settings settings = Settings.Read(Defaults.Prompts);
        var vocabulary = new TestbedVocabulary(settings);
        Shape shape = Defaults.ShapeOf(vocabulary.Count);
        using var state = new TrainingState(shape, seed);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output))!);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(checkpoint))!);
        if (File.Exists(checkpoint))
        {
            state.Load(checkpoint);
        }
        else if (from.Length > 0)
        {
            ModelFile.Read(from, shape, vocabulary, state.Weights);
        }

        // The tokenizer is llama.cpp's, which reads it from a model file. It is not the output, which is good only when it is done.
        string tokenizer = checkpoint + ".gguf";
        ModelFile.Write(tokenizer, shape, vocabulary, state.Weights);
        using var engine = Engine.Start(LlamaLibrary.Load(), new EngineOptions(tokenizer) { Context = 64, Threads = 1, Slots = 1 });
        var shard = new Shard(new Encoder(engine), settings, seed);
        using var trainer = new Trainer(shape, from.Length > 0 ? Plan.Again(steps) : new Plan(steps), state, shard.Next);
        Console.WriteLine($"{state.Weights.Length} parameters, {vocabulary.Count} tokens; from step {state.Step} to {until} of {steps}");
        while (state.Step < until)
        {
            Take(trainer, Math.Min(ReportEvery, until - state.Step));
            if (state.Step % CheckpointEvery == 0 || state.Step == until)
            {
                state.Save(checkpoint);
            }
        }

        ModelFile.Write(output, shape, vocabulary, state.Weights);
    }

    private static void Take(Trainer trainer, int steps)
    {
        long begin = Stopwatch.GetTimestamp();
        var seen = new List<Progress>();
        while (seen.Count < steps)
        {
            seen.Add(trainer.Step());
        }

        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"step {seen[^1].Step}: loss {seen.Average(static p => p.Loss):F5}, {100 * seen.Average(static p => p.Right):F3} % right, "
            + $"{seen.Sum(static p => p.Tokens) / seconds:F0} tokens/s, {1000 * seconds / steps:F0} ms/step"));
    }
}
