using NodeBox.Llama.Native;

namespace NodeBox.Llama.Tests.Native;

public sealed class ProcessorsTests
{
    [Fact]
    public void Are_at_least_one_and_no_more_than_the_machine_has()
    {
        Assert.InRange(Processors.Available, 1, Environment.ProcessorCount);
    }

    [Fact]
    public void Are_limited_by_the_least_quota_on_the_way_to_the_root()
    {
        DirectoryInfo root = Directory.CreateTempSubdirectory("nodebox-cgroup-");
        try
        {
            Directory.CreateDirectory(Path.Combine(root.FullName, "a/b/c"));
            Write("cpu.max", "max 100000");
            Write("a/cpu.max", "150000 100000");
            Write("a/b/cpu.max", "800000 100000");

            Assert.Equal(1.5, Processors.Quota(root.FullName, "/a/b/c"));
            Assert.Equal(double.PositiveInfinity, Processors.Quota(root.FullName, "/"));
            Assert.Equal(double.PositiveInfinity, Processors.Quota(root.FullName, "/elsewhere"));
        }
        finally
        {
            root.Delete(recursive: true);
        }

        void Write(string file, string text) => File.WriteAllText(Path.Combine(root.FullName, file), text + "\n");
    }

    [Theory]
    [InlineData("0::/user.slice/a\n", "/user.slice/a")]
    [InlineData("4:cpu:/x\n0::/\n", "/")]
    [InlineData("4:cpu:/x\n", "/")]
    public void Finds_its_cgroup(string lines, string path)
    {
        Assert.Equal(path, Processors.OwnCgroup(lines));
    }
}
