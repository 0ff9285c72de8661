using NodeBox.Llama.Tests;

[assembly: AssemblyFixture(typeof(TestModel))]
