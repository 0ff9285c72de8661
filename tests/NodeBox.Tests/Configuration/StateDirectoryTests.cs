using NodeBox.Configuration;

namespace NodeBox.Tests.Configuration;

[Collection(ProcessWide.Name)]
public sealed class StateDirectoryTests : IDisposable
{
    private static readonly string[] s_names = ["STATE_DIRECTORY", "XDG_STATE_HOME", "HOME"];
    private readonly Dictionary<string, string?> _before = s_names.ToDictionary(static name => name, Environment.GetEnvironmentVariable);
    private readonly Testbed _testbed = Testbeds.Of(("n1", "collector"));

    [Theory]
    [InlineData("/asked", "/systemd", "/asked/lab/n1")]
    [InlineData("relative", "/systemd", "relative/lab/n1")]
    [InlineData(null, "/systemd", "/systemd/lab/n1")]
    public void Is_what_was_asked_for_then_systemds(string? asked, string? systemd, string expected)
    {
        Set(systemd, xdg: "/xdg", home: "/home/me");
        Assert.Equal(expected, StateDirectory.Of(asked, _testbed, "n1"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Is_the_machines_or_the_users_if_nobody_says(string? systemd)
    {
        Set(systemd, xdg: "/xdg", home: "/home/me");
        string expected = Environment.IsPrivilegedProcess ? "/var/lib/nodebox/lab/n1" : "/xdg/nodebox/lab/n1";
        Assert.Equal(expected, StateDirectory.Of(null, _testbed, "n1"));
    }

    [Theory]
    [InlineData("/xdg", "/home/me", "/xdg/nodebox")]
    [InlineData(null, "/home/me", "/home/me/.local/state/nodebox")]
    [InlineData("", "/home/me", "/home/me/.local/state/nodebox")]
    [InlineData("relative", "/home/me", "/home/me/.local/state/nodebox")]
    [InlineData("/xdg", null, "/xdg/nodebox")]
    public void Of_a_user_is_where_XDG_has_it(string? xdg, string? home, string expected)
    {
        Set(systemd: null, xdg, home);
        Assert.Equal(expected, StateDirectory.Default(isPrivileged: false));
    }

    [Fact]
    public void Without_any_hint_the_user_is_asked()
    {
        Set(systemd: null, xdg: null, home: null);
        var error = Assert.Throws<NodeBoxException>(() => StateDirectory.Default(isPrivileged: false));
        Assert.Contains("--state", error.Message);
    }

    public void Dispose()
    {
        foreach ((string name, string? value) in _before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }

    private static void Set(string? systemd, string? xdg, string? home)
    {
        foreach ((string name, string? value) in s_names.Zip([systemd, xdg, home]))
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }
}
