namespace NodeBox.Llama.Tests;

public sealed class LlamaLibraryTests
{
    private static readonly string s_shipped = Path.Combine(AppContext.BaseDirectory, "llama");

    [Fact]
    public void Loads_once_and_names_version_and_processor()
    {
        LlamaLibrary library = LlamaLibrary.Load();

        Assert.Same(library, LlamaLibrary.Load());
        Assert.Equal("0.5.0-dev (ggml 0.25.1, commit 0ad4a86)", library.Version);
        Assert.NotEmpty(library.Processor);
    }

    [Fact]
    public void Refuses_a_file_of_which_one_bit_differs()
    {
        WithCopy(copy =>
        {
            using FileStream file = File.Open(Path.Combine(copy, "libggml-base.so"), FileMode.Open);
            file.Position = file.Length / 2;
            int value = file.ReadByte();
            file.Position--;
            file.WriteByte((byte)(value ^ 1));
        }, "libggml-base.so is not the file");
    }

    [Fact]
    public void Refuses_another_library_in_a_files_place()
    {
        WithCopy(copy => File.Copy("/proc/self/exe", Path.Combine(copy, "libllama.v0.5.0.so"), overwrite: true), "libllama.v0.5.0.so is not the file");
    }

    [Fact]
    public void Refuses_a_directory_that_lacks_a_file()
    {
        WithCopy(copy => File.Delete(Path.Combine(copy, "libggml-cpu-x64.so")), "libggml-cpu-x64.so is missing");
    }

    [Fact]
    public void Refuses_a_second_directory()
    {
        LlamaLibrary.Load();

        Assert.Contains("already loaded", Assert.Throws<LlamaLibraryException>(() => LlamaLibrary.Load("/elsewhere")).Message);
    }

    /// <summary>Damages a copy of the libraries and expects that it is refused before any of it is loaded.</summary>
    private static void WithCopy(Action<string> damage, string said)
    {
        string copy = Directory.CreateTempSubdirectory("nodebox-libllama-").FullName;
        try
        {
            foreach (string file in Directory.GetFiles(s_shipped))
            {
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
            }

            damage(copy);
            var e = Assert.Throws<LlamaLibraryException>(() => NodeBox.Llama.Native.LibraryFiles.Verify(copy));
            Assert.Contains(said, e.Message);
            Assert.Contains("Reinstall", e.Message);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }
}
