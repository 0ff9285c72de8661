namespace NodeBox.Benchmarks.Llm;

/// <summary>Resident memory of a node before and after many requests, in MB of 10^6 bytes.</summary>
internal sealed record Growth(int Requests, double BeforeMb, double AfterMb)
{
    private const int Clients = 8;

    /// <summary>The first requests, of as many kinds, let the node come to the size that it works at.</summary>
    private const int WarmUpShare = 2;

    public double Ratio => AfterMb / BeforeMb;

    public static async Task<Growth> MeasureAsync(Server server, LlmOptions options, CancellationToken stop)
    {
        Random random = new(3);
        await LevelRun.MeasureAsync(server, Ask.Draw(random, options.GrowthRequests / WarmUpShare, options), Clients, stop);
        double before = server.ResidentMb;
        await LevelRun.MeasureAsync(server, Ask.Draw(random, options.GrowthRequests, options), Clients, stop);
        return new Growth(options.GrowthRequests, before, server.ResidentMb);
    }
}
