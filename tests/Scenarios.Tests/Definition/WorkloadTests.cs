using NodeBox.A2A;
using NodeBox.Scenarios.Definition;

namespace NodeBox.Scenarios.Tests.Definition;

public sealed class WorkloadTests
{
    [Fact]
    public void The_same_seed_gives_the_same_tasks()
    {
        foreach (string name in ShippedScenarios.Names)
        {
            Assert.Equal(Texts(name, 42), Texts(name, 42));
            Assert.NotEqual(Texts(name, 42), Texts(name, 43));
        }
    }

    /// <summary>Published figures name their seed: what it means must never change.</summary>
    [Fact]
    public void What_a_seed_means_is_fixed()
    {
        PlannedTask first = Workload.Generate(ShippedScenarios.Load("baseline"), 42)[0];
        Assert.Equal("t0001", first.Key);
        Assert.Equal("""{"order_id":1154,"item_id":1,"quantity":2}""", first.ServiceArguments.GetRawText());
    }

    [Fact]
    public void A_task_does_not_depend_on_how_many_there_are()
    {
        Scenario scenario = ShippedScenarios.Load("agentic-simple");
        string[] few = [.. Workload.Generate(scenario with { Tasks = 3 }, 1).Select(Text)];
        string[] many = [.. Workload.Generate(scenario with { Tasks = 50 }, 1).Select(Text)];
        Assert.Equal(few, many[..3]);
    }

    [Fact]
    public void Every_scenario_asks_for_the_same_things()
    {
        PlannedTask[] baseline = [.. Workload.Generate(ShippedScenarios.Load("baseline"), 7)];
        PlannedTask[] simple = [.. Workload.Generate(ShippedScenarios.Load("agentic-simple"), 7)];
        PlannedTask[] multihop = [.. Workload.Generate(ShippedScenarios.Load("agentic-multihop"), 7)];
        foreach ((int i, PlannedTask task) in baseline.Index())
        {
            int order = task.ServiceArguments.GetProperty("order_id").GetInt32();
            Assert.Equal((task.Key, task.Key), (simple[i].Key, multihop[i].Key));
            Assert.Equal(order, simple[i].Plan!.Steps![0].Arguments!.Value.GetProperty("order_id").GetInt32());
            Assert.Equal(task.ServiceArguments.GetRawText(), multihop[i].Plan!.Steps![1].Arguments!.Value.GetRawText());
            Assert.Contains($"order {order}", multihop[i].Prompt);
        }
    }

    [Fact]
    public void Where_the_model_decides_the_steps_stay_with_the_driver()
    {
        Scenario scenario = ShippedScenarios.Load("agentic-multihop");
        PlannedTask told = Workload.Generate(scenario, 1)[0];
        PlannedTask asked = Workload.Generate(scenario with { Decide = Scenario.ByModel }, 1)[0];
        Assert.Equal((told.Prompt, null), (asked.Prompt, asked.Plan!.Steps));
        Assert.True(TaskStep.AreSame(told.Plan!.Steps!, asked.Expected!));
        Assert.Null(told.Expected);
        Assert.Equal("pooled+model", (scenario with { Decide = Scenario.ByModel }).Variant);
        Assert.False((ShippedScenarios.Load("baseline") with { Decide = Scenario.ByModel }).ModelDecides);
    }

    /// <summary>A model can only decide on what it was asked for: every number of a step is in what the agent that takes it reads.</summary>
    [Fact]
    public void Every_id_of_a_step_is_in_the_request_that_leads_to_it()
    {
        foreach (PlannedTask task in Workload.Generate(ShippedScenarios.Load("agentic-multihop"), 5))
        {
            TaskStep handed = task.Plan!.Steps![0];
            Assert.Equal(handed.Steps![1].Arguments!.Value.GetProperty("seed").GetRawText(), NumberAfter("customer ", handed.Text!));
            Assert.Equal(handed.Steps[0].Arguments!.Value.GetProperty("order_id").GetRawText(), NumberAfter("order ", handed.Text!));
            Assert.Equal(NumberAfter("order ", handed.Text!), NumberAfter("order ", task.Prompt));
        }
    }

    [Fact]
    public void Multihop_delegates_uses_both_tools_and_calls_the_chain_from_both_agents()
    {
        TaskPlan plan = Workload.Generate(ShippedScenarios.Load("agentic-multihop"), 1)[0].Plan!;
        Assert.Equal(["agent-b", "gateway"], plan.Steps!.Select(step => step.Delegate ?? step.Service));
        Assert.Equal(["db.lookup_order", "synthetic.work", "gateway"], plan.Steps![0].Steps!.Select(step => step.Tool ?? step.Service));
    }

    [Fact]
    public void A_plan_survives_the_message_that_carries_it()
    {
        PlannedTask task = Workload.Generate(ShippedScenarios.Load("agentic-multihop"), 1)[0];
        TaskPlan? received = TaskPlan.Of(Message.FromUser(task.Prompt, task.Plan));
        Assert.Equal(task.Plan!.ToPart().Data!.Value.GetRawText(), received!.ToPart().Data!.Value.GetRawText());
    }

    [Fact]
    public void Values_cover_their_ranges_and_stay_inside()
    {
        var drawn = Enumerable.Range(1, 20_000).Select(task => Placeholders.Draw(3, task)).ToList();
        foreach (Placeholder placeholder in Placeholders.All.Where(placeholder => placeholder.Name != "seed"))
        {
            var values = drawn.Select(values => values[placeholder.Name]).ToHashSet();
            Assert.Equal((placeholder.First, placeholder.Last), (values.Min(), values.Max()));
            Assert.Equal(placeholder.Last - placeholder.First + 1, values.Count);
        }

        Assert.Equal(drawn.Count, drawn.Select(values => values["seed"]).Distinct().Count());
        Assert.All(drawn, values => Assert.InRange(values["seed"], 0, (1L << 53) - 1));
    }

    private static string NumberAfter(string word, string text) =>
        string.Concat(text[(text.IndexOf(word, StringComparison.OrdinalIgnoreCase) + word.Length)..].TakeWhile(char.IsAsciiDigit));

    private static string[] Texts(string name, ulong seed)
    {
        return [.. Workload.Generate(ShippedScenarios.Load(name), seed).Select(Text)];
    }

    private static string Text(PlannedTask task)
    {
        return task.Plan is null ? task.ServiceArguments.GetRawText() : $"{task.Prompt} {task.Plan.ToPart().Data!.Value.GetRawText()}";
    }
}
