using System.Globalization;
using NodeBox.Llama;
using NodeBox.Llama.Inference;
using NodeBox.Training.Domain;
using NodeBox.Training.Evaluation;

namespace NodeBox.Training;

/// <summary>Measures how many tasks of the test sets a model completes, and prints a table.</summary>
internal static class EvaluateCommand
{
    public static async Task RunAsync(Arguments arguments)
    {
        string model = arguments.Text("--model", Defaults.Model);
        int count = arguments.Number("--tasks", 200);
        int shownFailures = arguments.Number("--failures", 0);
        Constraint constraint = arguments.Choice("--constraint", Constraint.Tools);
        using var engine = Engine.Start(LlamaLibrary.Load(), new EngineOptions(model) { Context = 4096, Threads = 1, Slots = 1 });
        var evaluator = new Evaluator(engine, constraint);
        Console.WriteLine($"{model}: {engine.Model.Parameters} parameters; {count} tasks a set; constraint: {constraint}");
        Console.WriteLine("| tasks | completed | answer exact | prompt tokens, last decision | tokens generated |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (TestSet set in TestSet.All(Settings.Read(Defaults.Prompts), count))
        {
            var outcomes = new List<Outcome>();
            foreach (Dialogue task in set.Tasks)
            {
                outcomes.Add(await evaluator.PlayAsync(task));
            }

            Print(set.Name, outcomes);
            IEnumerable<string> failures = outcomes.Select(static outcome => outcome.Failure).OfType<string>();
            foreach (string failure in failures.Take(shownFailures))
            {
                Console.Error.WriteLine($"  {failure}");
            }
        }
    }

    private static void Print(string name, List<Outcome> outcomes)
    {
        double count = outcomes.Count;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {100 * outcomes.Count(static o => o.Completed) / count:F1} % "
            + $"| {100 * outcomes.Count(static o => o.AnswerRight) / count:F1} % "
            + $"| {outcomes.Average(static o => o.PromptTokens):F0} | {outcomes.Average(static o => o.GeneratedTokens):F0} |"));
    }
}
