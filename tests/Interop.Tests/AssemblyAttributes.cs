using NodeBox.Interop.Tests.Running;

[assembly: AssemblyFixture(typeof(Testbed))]
