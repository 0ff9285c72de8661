using NodeBox.Probes.Native.Btf;

namespace NodeBox.Probes.Native.Tests.Btf;

public sealed class BtfSpecTests
{
    [Fact]
    public void Finds_members_by_path_through_arrays_and_structs()
    {
        BtfSpec spec = new(Sample());

        Assert.Equal(new BtfMember("outer.count", 0, 4, 0), spec.Member("outer", "count"));
        Assert.Equal(new BtfMember("outer.items[2].b", 8 * (8 + 16 + 4), 4, 0), spec.Member("outer", "items[2].b"));
        Assert.Equal(24, spec.Member("outer", "items").Size);
    }

    [Fact]
    public void Finds_members_of_anonymous_structs()
    {
        BtfBuilder types = new();
        int u32 = types.Int("u32", 4, signed: false);
        int inner = types.Struct("", 8, ("x", u32, 0), ("y", u32, 4));
        types.Struct("outer", 16, ("a", u32, 0), ("", inner, 8));
        BtfSpec spec = new(types.Build());

        Assert.Equal(8 * 12, spec.Member("outer", "y").BitOffset);
    }

    [Theory]
    [InlineData("nothing", "x", "this kernel has no struct nothing")]
    [InlineData("outer", "absent", "this kernel has no member absent in outer.absent")]
    [InlineData("outer", "count.x", "this kernel has no member x in outer.count.x")]
    [InlineData("outer", "items[3]", "outer.items[3]: there is no element 3")]
    [InlineData("outer", "count[0]", "outer.count[0]: there is no element 0")]
    public void Names_what_is_missing(string type, string path, string message)
    {
        BtfSpec spec = new(Sample());

        Assert.Equal(message, Assert.Throws<BtfException>(() => spec.Member(type, path)).Message);
    }

    [Theory]
    [InlineData(0, "magic number")]
    [InlineData(23, "magic number")]
    [InlineData(60, "section ends at byte")]
    public void Refuses_data_that_is_cut_off(int length, string message)
    {
        Assert.Contains(message, Assert.Throws<BtfException>(() => new BtfSpec(Sample()[..length])).Message);
    }

    [Fact]
    public void Survives_truncated_and_damaged_data()
    {
        byte[] sample = Sample();
        Random random = new(20_261_120);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] damaged = sample[..random.Next(sample.Length + 1)];
            for (int n = random.Next(8); n > 0 && damaged.Length > 0; n--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            ReadEverything(damaged);
        }
    }

    [Fact]
    public void Survives_random_types_behind_a_valid_header()
    {
        Random random = new(7);
        byte[] header = Sample()[..24];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] data = new byte[24 + 400];
            random.NextBytes(data);
            header.CopyTo(data, 0);
            BitConverter.TryWriteBytes(data.AsSpan(12), 380);
            BitConverter.TryWriteBytes(data.AsSpan(16), 380);
            BitConverter.TryWriteBytes(data.AsSpan(20), 20);

            // Only the kinds that exist, so that the index often succeeds.
            for (int at = 24; at < 400; at += 12)
            {
                data[at + 7] = (byte)(random.Next(1, 20) | (random.Next(2) << 7));
                data[at + 5] = 0;
                data[at + 4] = (byte)random.Next(4);
                data[at + 8] = (byte)random.Next(32);
                data.AsSpan(at + 9, 3).Clear();
            }

            ReadEverything(data);
        }
    }

    [Fact]
    public void Gives_up_on_a_struct_that_contains_itself()
    {
        BtfBuilder types = new();
        types.Struct("loop", 4, ("", 1, 0), ("", 1, 0));
        BtfSpec spec = new(types.Build());

        Assert.Throws<BtfException>(() => spec.Member("loop", "x"));
    }

    [Fact]
    public void Gives_up_on_an_array_of_itself()
    {
        BtfBuilder types = new();
        int array = types.Array(1, 1, 2);
        types.Struct("s", 4, ("a", array, 0));
        BtfSpec spec = new(types.Build());

        Assert.Equal("BTF types nest deeper than 32", Assert.Throws<BtfException>(() => spec.Member("s", "a")).Message);
    }

    private static void ReadEverything(byte[] data)
    {
        try
        {
            BtfSpec spec = new(data);
            foreach (string path in (string[])["count", "items[1].b", "absent"])
            {
                try
                {
                    spec.Member("outer", path);
                }
                catch (BtfException)
                {
                    // One path may fail where another is found.
                }
            }

            spec.TracepointArguments("sample");
        }
        catch (BtfException)
        {
            // The only failure allowed.
        }
    }

    private static byte[] Sample()
    {
        BtfBuilder types = new();
        int u32 = types.Int("u32", 4, signed: false);
        int item = types.Struct("item", 8, ("a", u32, 0), ("b", u32, 4));
        int items = types.Array(item, u32, 3);
        types.Struct("outer", 32, ("count", u32, 0), ("items", items, 8));
        return types.Build();
    }
}
