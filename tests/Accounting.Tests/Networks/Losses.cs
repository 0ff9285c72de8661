namespace NodeBox.Accounting.Tests.Networks;

/// <summary>What a bridge drops, by nftables rules that go with its namespace.</summary>
/// <param name="bridge">The bridge's namespace.</param>
internal sealed class Losses(NetworkNamespace bridge)
{
    private const string Chain = "bridge losses forward";

    /// <summary>Drops each TCP packet that matches with this probability.</summary>
    /// <param name="percent">The probability.</param>
    /// <param name="match">nft(8) statements; nothing matches all.</param>
    public void DropAtRandom(int percent, string match = "") => Add($"meta l4proto tcp {match} numgen random mod 100 < {percent} drop");

    /// <summary>Drops every packet that matches, from now on.</summary>
    /// <param name="match">nft(8) statements.</param>
    public void Drop(string match) => Add($"{match} drop");

    /// <summary>Drops the next packets that match, and no others.</summary>
    /// <param name="match">nft(8) statements.</param>
    /// <param name="times">How many.</param>
    public void DropNext(string match, int times = 1) => Add($"{match} limit rate 1/day burst {times} packets drop");

    /// <summary>Drops nothing any more.</summary>
    public void Stop() => bridge.Run("nft", "flush", "chain", "bridge", "losses", "forward");

    private void Add(string rule)
    {
        bridge.Run("nft", "add table bridge losses");
        bridge.Run("nft", $"add chain {Chain} {{ type filter hook forward priority 0; }}");
        bridge.Run("nft", $"add rule {Chain} {rule}");
    }
}
