using NodeBox.Llama.Native;

namespace NodeBox.Llama.Tests.Native;

public sealed class ProcessorSetTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("1,0", "0-1")]
    [InlineData("0-3,8", "0-3,8")]
    [InlineData("5-5,3,4,3-4", "3-5")]
    [InlineData("8191", "8191")]
    public void Reads_what_the_kernel_writes(string text, string written) => Assert.Equal(written, $"{ProcessorSet.Parse(text)}");

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("1-")]
    [InlineData("-1")]
    [InlineData("3-1")]
    [InlineData("1-2-3")]
    [InlineData("1,,2")]
    [InlineData("1, 2")]
    [InlineData("8192")]
    [InlineData("99999999999")]
    public void Refuses_what_is_no_such_list(string text) => Assert.Null(ProcessorSet.Parse(text));

    [Fact]
    public void Gives_a_thread_its_processors_back()
    {
        ProcessorSet first = ProcessorSet.Parse($"{Thread.GetCurrentProcessorId()}")!;
        string Allowed() => File.ReadLines("/proc/thread-self/status").Single(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal));
        string all = Allowed();

        string inside = first.Run(Allowed);

        Assert.EndsWith($"\t{first}", inside);
        Assert.Equal(all, Allowed());
    }

    [Fact]
    public void Says_what_the_machine_lacks()
    {
        Assert.Null(ProcessorSet.Parse($"{Thread.GetCurrentProcessorId()}")!.WhyUnusable());
        Assert.StartsWith("there is no processor 8191, the machine has ", ProcessorSet.Parse("8191")!.WhyUnusable());
    }
}
