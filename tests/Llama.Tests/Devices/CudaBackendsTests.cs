using System.Security.Cryptography;
using NodeBox.Llama.Devices;
using NodeBox.Llama.Native;

namespace NodeBox.Llama.Tests.Devices;

/// <summary>What is said of the CUDA builds before any is loaded, in folders made for it. No GPU is needed, and none is used.</summary>
public sealed class CudaBackendsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nodebox-cuda-").FullName;

    public static TheoryData<int> Versions => [.. CudaBuild.All.Select(build => build.Cuda)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Tries_CUDA_13_before_CUDA_12_and_pins_both()
    {
        Assert.Equal([13, 12], CudaBuild.All.Select(build => build.Cuda));
        Assert.Equal(
            CudaBuild.All.Select(build => build.File).Order(),
            LibraryFiles.PinnedCuda.Keys.Order());
        Assert.All(LibraryFiles.PinnedCuda.Values, hash => Assert.Equal(SHA256.HashSizeInBytes, Convert.FromHexString(hash).Length));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Names_a_build_that_is_not_installed(int version)
    {
        CudaFinding finding = CudaBackends.Inspect(Build(version), _folder, [], thorough: false);

        Assert.Equal($"{_folder}/cuda{version}/libggml-cuda.so is not installed (./dev cuda installs it)", finding.Fault);
        Assert.Empty(finding.Libraries);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Refuses_another_file_in_a_builds_place(int version)
    {
        string path = Path.Combine(_folder, Build(version).File);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Copy(Shipped("libggml-base.so"), path);

        Assert.Contains("is not the file this nodebox was built for", CudaBackends.Inspect(Build(version), _folder, [], thorough: false).Fault);
    }

    [Fact]
    public void Looks_for_the_machines_libraries_in_the_order_in_which_they_need_each_other()
    {
        // A version that no machine has.
        var build = new CudaBuild(99);
        Assert.Equal(["libcuda.so.1", "libcudart.so.99", "libcublasLt.so.99", "libcublas.so.99"], build.Needs);

        CudaFinding finding = CudaBackends.Inspect(build, _folder, [], thorough: true);

        Assert.Equal(build.Needs, finding.Libraries.Select(library => library.Name));
        Assert.Contains("libcudart.so.99: cannot open shared object file: No such file or directory", finding.Fault);
        Assert.Contains("libcublas.so.99: cannot open shared object file: No such file or directory", finding.Fault);
    }

    [Fact]
    public void Finds_a_library_in_a_toolkits_folder()
    {
        string toolkit = Directory.CreateDirectory(Path.Combine(_folder, "lib64")).FullName;
        File.Copy(Shipped("libggml-base.so"), Path.Combine(toolkit, "libcudart.so.98"));

        NeededLibrary found = NeededLibrary.Load("libcudart.so.98", [Path.Combine(_folder, "elsewhere"), toolkit]);

        Assert.Equal((Path.Combine(toolkit, "libcudart.so.98"), null), (found.LoadedFrom, found.Fault));
    }

    [Fact]
    public void Says_why_a_library_in_a_toolkits_folder_does_not_load()
    {
        File.WriteAllText(Path.Combine(_folder, "libcudart.so.97"), new string('x', 4096));

        NeededLibrary found = NeededLibrary.Load("libcudart.so.97", [_folder]);

        Assert.Null(found.LoadedFrom);
        Assert.Contains("No such file", found.Fault);
        Assert.Contains($"{_folder}/libcudart.so.97: ", found.Fault);
        Assert.Contains("invalid ELF header", found.Fault);
    }

    [Fact]
    public void Keeps_compiled_code_where_it_can_be_written()
    {
        string blocked = Path.Combine(_folder, "file");
        File.WriteAllText(blocked, "");
        string asked = Path.Combine(_folder, "asked");
        string service = Path.Combine(_folder, "service");
        string home = Path.Combine(_folder, "home");
        (string? Cuda, string? Service, string? Xdg, string? Home, string? Expected)[] cases =
        [
            (asked, service, null, home, asked),
            (blocked, service, null, home, null),
            (null, service, null, home, $"{service}/nodebox/cuda"),
            (null, blocked, null, home, $"{home}/.cache/nodebox/cuda"),
            (null, null, $"{home}/xdg", home, $"{home}/xdg/nodebox/cuda"),
            (null, null, "relative", home, $"{home}/.cache/nodebox/cuda"),
            (null, null, null, null, null),
        ];
        Assert.All(cases, row => Assert.Equal(row.Expected, CudaCache.Choose(name => name switch
        {
            "CUDA_CACHE_PATH" => row.Cuda,
            "CACHE_DIRECTORY" => row.Service,
            "XDG_CACHE_HOME" => row.Xdg,
            "HOME" => row.Home,
            _ => throw new ArgumentException(name),
        })));
        Assert.Empty(Directory.GetFiles(asked));
    }

    private static CudaBuild Build(int version) => CudaBuild.All.Single(build => build.Cuda == version);

    private static string Shipped(string file) => Path.Combine(AppContext.BaseDirectory, "llama", file);
}
