namespace NodeBox.Lab.Tests;

public sealed class LabLockTests
{
    [Fact]
    public async Task Has_one_holder_that_others_can_name()
    {
        await using var lab = new TestLab();
        var files = new LabFiles(lab.Name);
        Assert.Null(LabLock.Holder(files));
        using (LabLock? held = LabLock.TryTake(files, TimeSpan.Zero))
        {
            Assert.NotNull(held);
            Assert.Equal(Environment.ProcessId, LabLock.Holder(files));
            Assert.Null(LabLock.TryTake(files, TimeSpan.FromMilliseconds(50)));
        }

        Assert.Null(LabLock.Holder(files));
        files.Remove();
    }

    [Fact]
    public async Task Never_has_two_holders_while_the_folder_comes_and_goes()
    {
        await using var lab = new TestLab();
        var files = new LabFiles(lab.Name);
        int holders = 0;
        int taken = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int turn = 0; turn < 50; turn++)
            {
                using LabLock? held = LabLock.TryTake(files, TimeSpan.Zero);
                if (held is not null)
                {
                    Assert.Equal(1, Interlocked.Increment(ref holders));
                    Interlocked.Increment(ref taken);
                    Interlocked.Decrement(ref holders);
                    files.Remove();
                }
            }
        })));
        Assert.InRange(taken, 1, 200);
    }
}
