using NodeBox.Llama.Chat;
using NodeBox.Llama.Inference;
using NodeBox.Llama.Models;

namespace NodeBox.Llama.Tests;

/// <summary>A random model in a temporary file and an engine that runs it, shared by the tests of an assembly.</summary>
public sealed class TestModel : IDisposable
{
    public TestModel()
    {
        Path = System.IO.Path.Combine(Directory.CreateTempSubdirectory("nodebox-llama-").FullName, "testbed.gguf");
        ModelMaker.Make(7, Path);
        Engine = Start(new EngineOptions(Path));
    }

    public string Path { get; }

    public Engine Engine { get; }

    public static Engine Start(EngineOptions options) => Engine.Start(LlamaLibrary.Load(), options);

    /// <summary>The tokens of one user turn.</summary>
    public int[] Prompt(string text) => Engine.Tokenize(ChatMl.Render([new ChatMessage(ChatRole.User, text)], []));

    /// <summary>All text of a generation, and why it ended.</summary>
    public static async Task<(string Text, FinishReason? Finish)> ReadAsync(Generation generation)
    {
        string text = "";
        FinishReason? finish = null;
        await foreach (GeneratedToken token in generation.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            Assert.Null(finish);
            text += token.Text;
            finish = token.Finish;
        }

        return (text, finish);
    }

    public void Dispose()
    {
        Engine.Dispose();
        Directory.Delete(System.IO.Path.GetDirectoryName(Path)!, recursive: true);
    }
}
