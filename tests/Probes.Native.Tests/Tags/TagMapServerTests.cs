using NodeBox.Probes.Native.Tags;

namespace NodeBox.Probes.Native.Tests.Tags;

public sealed class TagMapServerTests
{
    private static readonly string s_tooLong = $"/run/{new string('x', 120)}/tags.sock";

    [Fact]
    public void A_path_too_long_for_a_socket_is_refused_with_its_limit()
    {
        // The path is looked at before the map.
        IOException refused = Assert.Throws<IOException>(() => TagMapServer.Listen(s_tooLong, null!));
        Assert.Contains(s_tooLong, refused.Message);
        Assert.Contains("at most 107 bytes", refused.Message);
    }

    [Fact]
    public void Nobody_hands_out_tags_at_such_a_path()
    {
        Assert.Contains(s_tooLong, Assert.Throws<ProbeUnavailableException>(() => TagMap.Receive(s_tooLong)).Message);
    }
}
