using NodeBox.A2A;
using NodeBox.Analysis;
using NodeBox.Commands;
using NodeBox.Lab;
using NodeBox.Llama;
using NodeBox.Llama.Hub;
using NodeBox.Probes.Native;
using NodeBox.Probes.Native.Sys;
using NodeBox.Roles.Collector;
using NodeBox.Scenarios.Running;
using NodeBox.Toml;

namespace NodeBox.Tests.Commands;

public sealed class FailureTests
{
    /// <summary>What went wrong, its exit code, and whether its message alone is for people.</summary>
    public static TheoryData<Exception, int> Expected => new()
    {
        { new NodeBoxException(ExitCodes.Incomplete, "m"), ExitCodes.Incomplete },
        { new NodeBoxException(ExitCodes.Usage, "m"), ExitCodes.Usage },
        { new TomlException([new TomlError("roles.toml", 1, 2, "m")]), ExitCodes.Usage },
        { new LabException(LabFault.Configuration, "m"), ExitCodes.Usage },
        { new LabException(LabFault.Machine, "m"), ExitCodes.MachineLacks },
        { new LabException(LabFault.Failed, "m"), ExitCodes.Incomplete },
        { new RunException("m"), ExitCodes.Incomplete },
        { new RunFolderException("m"), ExitCodes.Incomplete },
        { new A2AException(A2AErrorCode.InternalError, "m"), ExitCodes.Incomplete },
        { new ModelException("m"), ExitCodes.MachineLacks },
        { new HubException(HubFault.Request, "m"), ExitCodes.Usage },
        { new HubException(HubFault.Content, "m"), ExitCodes.Failed },
        { new HubException(HubFault.Connection, "m"), ExitCodes.Incomplete },
        { new HubException(HubFault.Machine, "m"), ExitCodes.MachineLacks },
        { new LlamaLibraryException("m"), ExitCodes.MachineLacks },
        { new CollectorException("m", new IOException()), ExitCodes.MachineLacks },
        { new ProbeUnavailableException("m"), ExitCodes.MachineLacks },
        { new BpfException("BPF_MAP_CREATE", 1), ExitCodes.MachineLacks },
        { new DllNotFoundException("m"), ExitCodes.MachineLacks },
        { new FileNotFoundException("m"), ExitCodes.MachineLacks },
        { new UnauthorizedAccessException("m"), ExitCodes.MachineLacks },
    };

    [Theory]
    [MemberData(nameof(Expected))]
    public void What_may_happen_has_an_exit_code_and_is_said_in_its_own_words(Exception e, int code)
    {
        Assert.Equal((code, e.Message), (Failure.ExitCodeOf(e), Failure.Describe(e)));
    }

    [Fact]
    public void What_must_not_happen_is_called_an_internal_error()
    {
        var e = new InvalidOperationException("m");
        Assert.Equal(ExitCodes.MachineLacks, Failure.ExitCodeOf(e));
        Assert.Equal("internal error: InvalidOperationException: m (set NODEBOX_DEBUG=1 for more)", Failure.Describe(e));
    }
}
