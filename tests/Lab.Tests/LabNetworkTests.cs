namespace NodeBox.Lab.Tests;

public sealed class LabNetworkTests
{
    [Fact]
    public void Hosts_name_every_node() => Assert.Equal(
        "127.0.0.1 localhost\n10.77.0.1 n1\n10.77.0.2 n2\n", LabNetwork.Hosts(TestLab.TwoNodes("lab")));

    [Theory]
    [InlineData("10.77.5.9", 24, "10.77.5.0/24")]
    [InlineData("10.77.5.9", 8, "10.0.0.0/8")]
    [InlineData("192.168.1.254", 30, "192.168.1.252/30")]
    public void Subnets_are_named_by_their_first_address(string address, int prefixLength, string subnet) =>
        Assert.Equal(subnet, Subnet.Around(Subnet.Parse(address)!.Value, prefixLength).ToString());
}
