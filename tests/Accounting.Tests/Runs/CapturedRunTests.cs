using NodeBox.Accounting.Tests.Comparing;

namespace NodeBox.Accounting.Tests.Runs;

/// <summary>Whole runs of many tasks at once over pooled connections, against captures at all nodes.</summary>
public sealed class CapturedRunTests
{
    private const int Concurrency = 64;

    // A task has one message to each of two agents, five chats, a tool call with what comes before it, and four of the baseline chain; each
    // has two ends.
    private const int LeastSlicesOfATask = 2 * 13;

    [Fact]
    public async Task Every_slice_equals_the_capture()
    {
        await using CapturedLab lab = await CapturedLab.UpAsync(offload: false);
        await lab.RunAsync(tasks: Concurrency, lossPercent: 1);
        Comparison comparison = await lab.CompareAsync(Exactness.Full);
        Console.WriteLine($"{nameof(Every_slice_equals_the_capture)}: {comparison}");
        comparison.AssertExact(Concurrency * LeastSlicesOfATask);
        Assert.NotEqual(0, comparison.Retransmitting);
        Assert.True(5 * comparison.Unreported < comparison.Retransmitting, $"{comparison}");
    }

    [Fact]
    public async Task Bytes_equal_the_capture_with_offload_on()
    {
        await using CapturedLab lab = await CapturedLab.UpAsync(offload: true);
        await lab.RunAsync(tasks: 16, lossPercent: 0);
        Comparison comparison = await lab.CompareAsync(Exactness.Bytes);
        Console.WriteLine($"{nameof(Bytes_equal_the_capture_with_offload_on)}: {comparison}");
        comparison.AssertExact(16 * LeastSlicesOfATask);
    }
}
