using NodeBox.Llama.Hub;

namespace NodeBox.Llama.Tests.Hub;

public sealed class HubModelTests
{
    private static readonly HubRepository s_repository = new("org/model", "main");

    private static readonly string[] s_paths =
    [
        "README.md",
        "model-Q4_K_M.gguf",
        "model-Q4_K_S.gguf",
        "model-IQ4_XS.gguf",
        "model.Q8_0.gguf",
        "UD/model-UD-Q2_K_XL.gguf",
        "BF16/model-BF16-00001-of-00003.gguf",
        "BF16/model-BF16-00003-of-00003.gguf",
        "BF16/model-BF16-00002-of-00003.gguf",
        "mmproj-model-f16.gguf",
    ];

    [Theory]
    [InlineData("Q4_K_M", "model-Q4_K_M.gguf")]
    [InlineData("q8_0", "model.Q8_0.gguf")]
    [InlineData("Q2_K_XL", "UD/model-UD-Q2_K_XL.gguf")]
    [InlineData("model-IQ4_XS.gguf", "model-IQ4_XS.gguf")]
    [InlineData("UD/model-UD-Q2_K_XL.gguf", "UD/model-UD-Q2_K_XL.gguf")]
    [InlineData("model-UD-Q2_K_XL.gguf", "UD/model-UD-Q2_K_XL.gguf")]
    [InlineData("mmproj-model-f16.gguf", "mmproj-model-f16.gguf")]
    public void Finds_a_file_by_its_name_or_by_its_quantisation(string wanted, string path)
    {
        Assert.Equal([path], Choose(wanted, s_paths).Files.Select(file => file.Path));
    }

    [Theory]
    [InlineData("BF16")]
    [InlineData("BF16/model-BF16-00002-of-00003.gguf")]
    public void Takes_all_files_of_a_split_model_in_order(string wanted)
    {
        Assert.Equal([1, 2, 3], Choose(wanted, s_paths).Files.Select(file => int.Parse(file.Name["model-BF16-".Length..][..5])));
    }

    [Theory]
    [InlineData("Q4_K")]
    [InlineData("Q4")]
    [InlineData("f16")]
    [InlineData("other.gguf")]
    [InlineData(".*")]
    public void Refuses_what_is_not_there_and_lists_what_is(string wanted)
    {
        var e = Assert.Throws<HubException>(() => Choose(wanted, s_paths));

        Assert.Equal(HubFault.Request, e.Fault);
        Assert.Contains("org/model:model-Q4_K_M.gguf", e.Message);
    }

    [Fact]
    public void Wants_a_choice_where_there_are_several()
    {
        Assert.Contains("has 6 models", Assert.Throws<HubException>(() => Choose(null, s_paths)).Message);
        Assert.Contains("that 'Q8_0' fits", Assert.Throws<HubException>(() => Choose("Q8_0", "a-Q8_0.gguf", "b-Q8_0.gguf")).Message);
    }

    [Fact]
    public void Takes_the_only_one()
    {
        Assert.Equal("m.GGUF", Choose(null, "m.GGUF", "mmproj-m.gguf", "README.md").Files.Single().Path);
    }

    [Theory]
    [InlineData("model.safetensors", "another format")]
    [InlineData("README.md", "no weights")]
    public void Says_how_to_convert_where_there_is_none(string path, string said)
    {
        var e = Assert.Throws<HubException>(() => Choose(null, path));

        Assert.Contains(said, e.Message);
        Assert.Contains("convert_hf_to_gguf.py", e.Message);
    }

    [Fact]
    public void Refuses_a_model_of_which_a_file_is_missing()
    {
        Assert.Equal(HubFault.Content, Assert.Throws<HubException>(() => Choose(null, "m-00001-of-00002.gguf")).Fault);
        Assert.Equal(HubFault.Content, Assert.Throws<HubException>(() => Choose(null, "folder/.gguf")).Fault);
    }

    [Theory]
    [InlineData("model")]
    [InlineData("a/b/c")]
    [InlineData("../model")]
    [InlineData("org/model?x")]
    [InlineData("")]
    public void Refuses_what_is_no_repository(string name)
    {
        Assert.Equal(HubFault.Request, Assert.Throws<HubException>(() => new HubRepository(name, "main")).Fault);
    }

    private static HubModel Choose(string? wanted, params string[] paths) =>
        HubModel.Choose(s_repository, [.. paths.Select(path => new HubFile(path, 1, null))], wanted);
}
