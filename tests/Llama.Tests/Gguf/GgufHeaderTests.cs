using NodeBox.Llama.Gguf;
using NodeBox.Llama.Models;

namespace NodeBox.Llama.Tests.Gguf;

public sealed class GgufHeaderTests
{
    [Fact]
    public void Reads_what_the_writer_wrote()
    {
        GgufHeader header = GgufHeader.Read(new MemoryStream(Small()));

        Assert.Equal(2, header.Tensors.Values.Sum(share => share.Tensors));
        Assert.Equal("llama", header.Text["general.architecture"]);
        Assert.Equal(7, header.Numbers["n"]);
        Assert.Equal(1, header.Numbers["yes"]);
        Assert.Equal(0.5, header.Numbers["half"]);
        Assert.DoesNotContain("words", header.Text.Keys);
    }

    [Fact]
    public void Keeps_short_arrays_of_numbers_and_counts_the_others()
    {
        var writer = new GgufWriter();
        writer.Add("few", (IReadOnlyList<int>)[1, -2, 3]);
        writer.Add("many", (IReadOnlyList<float>)new float[5000]);
        writer.Add("words", (IReadOnlyList<string>)["one", "two"]);
        var file = new MemoryStream();
        writer.WriteTo(file);
        file.Position = 0;

        GgufHeader header = GgufHeader.Read(file);

        Assert.Equal([1, -2, 3], header.Arrays["few"].Numbers);
        Assert.Equal((5000ul, 0), (header.Arrays["many"].Count, header.Arrays["many"].Numbers.Count));
        Assert.Equal((2ul, 0), (header.Arrays["words"].Count, header.Arrays["words"].Numbers.Count));
        Assert.Empty(header.Tensors);
    }

    [Theory]
    [InlineData(ulong.MaxValue, 0, "tensor count")]
    [InlineData(1ul << 18, 0, "tensor count")]
    [InlineData(0, ulong.MaxValue, "metadata count")]
    [InlineData(0, 1ul << 17, "metadata count")]
    public void Refuses_counts_that_no_model_has(ulong tensors, ulong pairs, string said)
    {
        byte[] file = [.. Small()];
        BitConverter.TryWriteBytes(file.AsSpan(8), tensors);
        BitConverter.TryWriteBytes(file.AsSpan(16), pairs);

        Assert.Contains(said, Assert.Throws<InvalidDataException>(() => GgufHeader.Read(new MemoryStream(file))).Message);
    }

    [Fact]
    public void Takes_no_more_memory_than_a_limit_for_a_file_full_of_text()
    {
        var writer = new GgufWriter();
        string text = new('x', 1 << 20);
        for (int i = 0; i < 80; i++)
        {
            writer.Add($"text{i}", text);
        }

        var file = new MemoryStream();
        writer.WriteTo(file);
        file.Position = 0;

        Assert.Contains("together", Assert.Throws<InvalidDataException>(() => GgufHeader.Read(file)).Message);
    }

    [Fact]
    public void Refuses_a_file_that_is_cut_off_anywhere()
    {
        byte[] file = Small();
        for (int length = 0; length < file.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => GgufHeader.Read(new MemoryStream(file[..length])));
        }
    }

    [Fact]
    public void Survives_random_damage()
    {
        byte[] file = Small();
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] damaged = [.. file];
            for (int damage = random.Next(1, 5); damage > 0; damage--)
            {
                damaged[random.Next(damaged.Length)] = (byte)(random.Next(3) == 0 ? 0xFF : random.Next(256));
            }

            try
            {
                GgufHeader.Read(new MemoryStream(damaged));
            }
            catch (InvalidDataException)
            {
                // Refused: the other allowed outcome.
            }
        }
    }

    [Fact]
    public void Survives_random_bytes()
    {
        var random = new Random(2);
        for (int i = 0; i < 5000; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            "GGUF"u8.CopyTo(bytes.Length >= 8 ? bytes : new byte[8]);
            if (bytes.Length >= 8)
            {
                bytes[4] = 3;
                bytes.AsSpan(5, 3).Clear();
            }

            Assert.Throws<InvalidDataException>(() => GgufHeader.Read(new MemoryStream(bytes)));
        }
    }

    [Theory]
    [InlineData("/nonexistent/model.gguf", "nodebox model make")]
    [InlineData("/dev/null", "not a GGUF file")]
    [InlineData("/tmp", "cannot be read")]
    public void Names_the_file_and_what_to_do(string path, string said)
    {
        var e = Assert.Throws<ModelException>(() => GgufHeader.Read(path));

        Assert.Contains(path, e.Message);
        Assert.Contains(said, e.Message);
    }

    [Fact]
    public void Refuses_a_model_whose_data_is_cut_off()
    {
        var model = new MemoryStream();
        ModelMaker.Make(1, model);
        model.SetLength(model.Length - 1);
        model.Position = 0;

        Assert.Contains("truncated", Assert.Throws<InvalidDataException>(() => GgufHeader.Read(model)).Message);
    }

    private static byte[] Small()
    {
        var writer = new GgufWriter();
        writer.Add("general.architecture", "llama");
        writer.Add("n", 7u);
        writer.Add("yes", true);
        writer.Add("half", 0.5f);
        writer.Add("words", (IReadOnlyList<string>)["one", "two"]);
        writer.Add("numbers", (IReadOnlyList<int>)[1, 2, 3]);
        writer.AddTensor("a", new float[6], 2, 3);
        writer.AddTensor("b", new float[8], 8);
        var file = new MemoryStream();
        writer.WriteTo(file);
        return file.ToArray();
    }
}
