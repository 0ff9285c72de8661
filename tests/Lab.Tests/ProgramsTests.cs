namespace NodeBox.Lab.Tests;

public sealed class ProgramsTests
{
    [Fact]
    public void Finds_programs_on_the_search_path_only()
    {
        Assert.Equal("/bin/sh", Programs.Find("sh", "/no/such/folder:/bin"));
        Assert.Null(Programs.Find("sh", "/no/such/folder"));
        Assert.Null(Programs.Find("sh", ""));
    }

    [Fact]
    public void Takes_a_path_as_it_is()
    {
        Assert.Equal("/bin/sh", Programs.Find("/bin/sh"));
        Assert.Null(Programs.Find("/etc/passwd"));
        Assert.Null(Programs.Find("/bin"));
        Assert.Null(Programs.Find("/no/such/program"));
    }

    [Fact]
    public void Tells_what_ip_said_and_how_it_was_called()
    {
        Assert.SkipWhen(Programs.Find("ip") is null, "needs iproute2");
        var failure = Assert.Throws<LabException>(() => Programs.RunIp("link", "show", "dev", "nosuchdevice"));
        Assert.Equal("ip link show dev nosuchdevice: Device \"nosuchdevice\" does not exist. (exit 1)", failure.Message);
    }

    [Theory]
    [InlineData(0, "exited with code 0")]
    [InlineData(127, "exited with code 127")]
    [InlineData(134, "was ended by signal 6 (SIGABRT: it called abort)")]
    [InlineData(130, "was ended by signal 2")]
    [InlineData(255, "exited with code 255")]
    public void Says_exit_codes_in_words(int code, string words) => Assert.Equal(words, ExitCause.Explain(code));

    [Fact]
    public void Refuses_to_signal_groups_of_processes() => Assert.Throws<ArgumentOutOfRangeException>(() => Libc.Kill(0, Libc.SigTerm));
}
