namespace NodeBox.Lab.Tests;

public sealed class LabStateTests
{
    private static readonly LabState s_state = new(
        "lab", LabStatus.Up, 42, "cubic", [new NodeState("n1", "10.77.0.1", "nb-lab-n1", "/logs/n1.log", 43, Ready: true)]);

    [Fact]
    public void Is_one_line_of_json_in_snake_case() => Assert.Equal(
        """{"name":"lab","status":"up","supervisor_pid":42,"congestion_control":"cubic","nodes":[{"name":"n1","address":"10.77.0.1","namespace":"nb-lab-n1","log":"/logs/n1.log","pid":43,"ready":true}]}""",
        s_state.ToJson());

    [Fact]
    public void Is_the_same_after_a_file()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nodebox-lab-test-");
        try
        {
            string file = Path.Combine(folder.FullName, "state.json");
            LabState failed = s_state with { Status = LabStatus.Failed, Reason = "node n1 exited", Fault = LabFault.Failed };
            failed.Save(file);
            LabState read = LabState.Load(file)!;
            Assert.Equal(failed with { Nodes = read.Nodes }, read);
            Assert.Equal(failed.Nodes, read.Nodes);
            Assert.Single(folder.GetFiles());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Is_null_without_a_file() => Assert.Null(LabState.Load("/no/such/state.json"));
}
