namespace NodeBox.Accounting.Tests.Comparing;

/// <summary>For tests that lose packets: see <see cref="Comparison.LacksRetransmissionsOnly"/>. What is lacking always is an error.</summary>
internal static class Twice
{
    /// <summary>Runs a test, and once more where all that its comparison found are retransmissions that nothing saw.</summary>
    public static async Task<Comparison> TryAsync(Func<Task<Comparison>> test)
    {
        Comparison comparison = await test();
        if (!comparison.LacksRetransmissionsOnly)
        {
            return comparison;
        }

        // How often that happens must show.
        Console.WriteLine($"attempt 1 of 2 lacks retransmissions: {string.Join('\n', comparison.Differences)}");
        return await test();
    }
}
