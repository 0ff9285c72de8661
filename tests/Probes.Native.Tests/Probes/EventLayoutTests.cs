using System.Runtime.CompilerServices;
using NodeBox.Probes.Native.Probes;

namespace NodeBox.Probes.Native.Tests.Probes;

public sealed class EventLayoutTests
{
    [Fact]
    public void Records_have_no_holes_that_nobody_writes()
    {
        int header = 4 + 2 + 2 + 8 + 8 + 64 + 16 + 16;
        int flow = 8 + 8 + 4 + 4 + 16 + (4 * 4);

        Assert.Equal(header, Unsafe.SizeOf<event_header>());
        Assert.Equal(flow, Unsafe.SizeOf<flow_state>());
        Assert.Equal(header + (2 * 4) + (5 * 8) + (8 * 4) + 16 + flow, Unsafe.SizeOf<flow_event>());
        Assert.Equal(header + (6 * 4), Unsafe.SizeOf<retransmit_event>());
    }

    [Fact]
    public void Fields_are_told_by_offset_and_size()
    {
        flow_event e = default;

        Assert.Equal((0, 4), Parts(Layout.Of(ref e, ref e.header.kind)));
        Assert.Equal((24, 64), Parts(Layout.Of(ref e, ref e.header.tag)));
        Assert.Equal((Unsafe.SizeOf<event_header>() + 4, 4), Parts(Layout.Of(ref e, ref e.sk_err)));
    }

    private static (int Offset, int Size) Parts(Native.Asm.Field field)
    {
        return (field.Offset, field.Size);
    }
}
