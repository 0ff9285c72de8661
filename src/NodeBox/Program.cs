using System.CommandLine;
using NodeBox;
using NodeBox.Commands;

// The composition root: every verb, and nothing else. Each command builds what it needs and runs it.
RootCommand root = NodeCommand.Create();
root.Add(RunScenarioCommand.Create());
root.Add(LabCommand.Create());
root.Add(ReportCommand.Create());
root.Add(CheckCommand.Create());
root.Add(ModelCommand.Create());
root.Add(EngineCommand.Create());
return await CommandLine.RunAsync(root, args);
