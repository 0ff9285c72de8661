using NodeBox.Llama.Gguf;
using NodeBox.Llama.Inference;
using NodeBox.Llama.Models;

namespace NodeBox.Llama.Tests.Models;

public sealed class ModelFactsTests
{
    private static readonly string s_testbed = Path.Combine(AppContext.BaseDirectory, "testbed.gguf");

    [Fact]
    public void Tells_of_a_model_what_llama_cpp_tells_that_loads_it()
    {
        ModelFacts facts = ModelFacts.Read(s_testbed);
        using Engine engine = TestModel.Start(new EngineOptions(s_testbed) { Context = 256, Slots = 1 });

        Assert.Equal(engine.Model.Parameters, facts.Parameters);
        Assert.Equal(engine.Model.Bytes, facts.WeightBytes);
        Assert.Equal(engine.Model.TrainedContext, facts.TrainedContext);
        Assert.Equal(engine.Model.VocabularySize, facts.VocabularySize);
        Assert.Equal(("llama", "F32", "chatml"), (facts.Architecture, facts.Quantisation, facts.Template?.Name));
        Assert.False(facts.HasRecurrentState);
    }

    [Fact]
    public void Adds_up_the_files_of_a_split_model()
    {
        string folder = Directory.CreateTempSubdirectory("nodebox-facts-").FullName;
        try
        {
            string first = Path.Combine(folder, "m-00001-of-00002.gguf");
            string second = Path.Combine(folder, "m-00002-of-00002.gguf");
            File.WriteAllBytes(first, Model(writer => writer.AddTensor("a", new float[6], 6)));
            File.WriteAllBytes(second, Model(writer => writer.AddTensor("b", new float[10], 10)));

            Assert.Equal(16ul, ModelFacts.Read(first).Parameters);
            Assert.Equal(16ul, ModelFacts.Read(second).Parameters);
            File.Delete(second);
            Assert.Contains(second, Assert.Throws<ModelException>(() => ModelFacts.Read(first)).Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Counts_the_heads_of_each_layer()
    {
        byte[] model = Model(writer => writer.Add("test.attention.head_count_kv", (IReadOnlyList<int>)[2, 0]));

        // 256 cells, two heads in all, keys and values of 64 / 4 numbers, in half precision.
        Assert.Equal(256ul * 2 * 32 * 2, Read(model).Memory(1, 256, 0).KvCache);
    }

    [Theory]
    [InlineData("test.block_count", 0, "no layers")]
    [InlineData("test.block_count", 5000, "test.block_count is 5000")]
    [InlineData("test.embedding_length", uint.MaxValue, "test.embedding_length")]
    [InlineData("test.attention.head_count", uint.MaxValue, "test.attention.head_count")]
    public void Refuses_figures_that_no_model_has(string key, uint value, string said)
    {
        byte[] model = Model(writer => writer.Add(key, value));

        Assert.Contains(said, Assert.Throws<ModelException>(() => Read(model)).Message);
    }

    [Fact]
    public void Refuses_a_file_that_is_no_language_model()
    {
        var writer = new GgufWriter();
        writer.Add("general.architecture", "clip");
        var file = new MemoryStream();
        writer.WriteTo(file);

        Assert.Contains("it has no clip.", Assert.Throws<ModelException>(() => Read(file.ToArray())).Message);
    }

    [Fact]
    public void Survives_random_damage()
    {
        byte[] model = Model(_ => { });
        var random = new Random(5);
        for (int i = 0; i < 3000; i++)
        {
            byte[] damaged = [.. model];
            for (int damage = random.Next(1, 4); damage > 0; damage--)
            {
                damaged[random.Next(damaged.Length)] = (byte)(random.Next(3) == 0 ? 0xFF : random.Next(256));
            }

            try
            {
                Read(damaged).Memory(256, 1 << 20, 2048);
            }
            catch (ModelException)
            {
                // Refused: the other allowed outcome.
            }
        }
    }

    private static byte[] Model(Action<GgufWriter> add)
    {
        var writer = new GgufWriter();
        writer.Add("general.architecture", "test");
        writer.Add("test.block_count", 2u);
        writer.Add("test.context_length", 512u);
        writer.Add("test.embedding_length", 64u);
        writer.Add("test.feed_forward_length", 128u);
        writer.Add("test.attention.head_count", 4u);
        add(writer);
        var file = new MemoryStream();
        writer.WriteTo(file);
        return file.ToArray();
    }

    private static ModelFacts Read(byte[] model)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, model);
            return ModelFacts.Read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
