using NodeBox.Probes.Native.Sys;
using NodeBox.Probes.Native.Tags;

namespace NodeBox.Probes.Native.Tests.Tags;

public sealed class TagMapTests
{
    [Fact]
    public void A_descriptor_that_is_no_map_is_refused_and_closed()
    {
        string path = Path.GetTempFileName();
        using var file = File.OpenHandle(path);
        int fd = (int)file.DangerousGetHandle();
        file.SetHandleAsInvalid();

        Assert.Throws<BpfException>(() => TagMap.FromFd(fd));

        Assert.NotEqual(path, new FileInfo($"/proc/self/fd/{fd}").LinkTarget);
        File.Delete(path);
    }
}
