using NodeBox.Llama.Devices;
using NodeBox.Llama.Inference;

namespace NodeBox.Llama.Tests.Devices;

public sealed class DeviceChoiceTests
{
    private static readonly EngineOptions s_auto = new("model.gguf");
    private static readonly EngineOptions s_cuda = s_auto with { Device = DeviceKind.Cuda };

    [Fact]
    public void Refuses_the_processor_when_a_GPU_is_asked_for_and_says_all_that_is_missing()
    {
        var e = Assert.Throws<LlamaLibraryException>(() => DeviceChoice.Of(s_cuda, None()));

        Assert.Contains("CUDA 13: libcuda.so.1: cannot open; libcublas.so.13: cannot open.", e.Message);
        Assert.Contains("CUDA 12: /llama/cuda12/libggml-cuda.so is not installed.", e.Message);
        Assert.Contains("nodebox model devices", e.Message);
    }

    [Fact]
    public void Says_why_it_takes_the_processor()
    {
        DeviceChoice choice = DeviceChoice.Of(s_auto, None());

        Assert.Empty(choice.Gpus);
        Assert.Equal(0, choice.Layers);
        Assert.Contains("the processor (Abacus), because device is \"auto\" and no GPU can be used. CUDA 13: libcuda.so.1", choice.Description);
    }

    [Theory]
    [InlineData(GpuSplit.None, 0, "CUDA0", GpuSplit.None, 0)]
    [InlineData(GpuSplit.None, 1, "CUDA1", GpuSplit.None, 0)]
    [InlineData(GpuSplit.Layer, 0, "CUDA0 CUDA1", GpuSplit.Layer, 0)]
    [InlineData(GpuSplit.Row, 1, "CUDA0 CUDA1", GpuSplit.Row, 1)]
    public void Takes_the_GPUs_that_the_split_asks_for(GpuSplit split, int main, string names, GpuSplit chosenSplit, int chosenMain)
    {
        DeviceChoice choice = DeviceChoice.Of(s_auto with { Split = split, MainGpu = main }, Gpus(2));

        Assert.Equal(names, string.Join(' ', choice.Gpus.Select(gpu => gpu.Name)));
        Assert.Equal((chosenSplit, chosenMain), (choice.Split, choice.MainGpu));
    }

    [Theory]
    [InlineData(DeviceKind.Auto)]
    [InlineData(DeviceKind.Cuda)]
    public void Describes_GPUs_build_layers_and_split(DeviceKind device)
    {
        EngineOptions options = s_auto with { Device = device };

        Assert.Equal(
            "CUDA0 (Model 0, 1.5 of 2.0 GiB free) and CUDA1 (Model 1, 1.5 of 2.0 GiB free) with CUDA 12: all layers, split by layer",
            DeviceChoice.Of(options, Gpus(2)).Description);
        Assert.Equal(
            "CUDA0 (Model 0, 1.5 of 2.0 GiB free) with CUDA 12: 7 layers",
            DeviceChoice.Of(options with { GpuLayers = 7 }, Gpus(1)).Description);
    }

    [Fact]
    public void Says_that_compiled_code_cannot_be_kept()
    {
        DeviceChoice choice = DeviceChoice.Of(s_cuda, Gpus(1) with { CompiledCode = null });

        Assert.EndsWith("set CUDA_CACHE_PATH to a folder that can be written", choice.Description);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-1)]
    public void Refuses_a_main_GPU_that_is_not_there(int main)
    {
        var e = Assert.Throws<ModelException>(() => DeviceChoice.Of(s_auto with { MainGpu = main }, Gpus(2)));

        Assert.Contains($"main_gpu is {main}, but the GPUs found are 0 to 1: CUDA0", e.Message);
    }

    [Fact]
    public void Takes_no_layers_for_the_processor_and_a_contradiction_with_cuda()
    {
        Assert.Contains("gpu_layers is 0", DeviceChoice.Of(s_auto with { GpuLayers = 0 }, Gpus(1)).Description);
        Assert.Contains("gpu_layers", Assert.Throws<ModelException>(() => DeviceChoice.Of(s_cuda with { GpuLayers = 0 }, Gpus(1))).Message);
    }

    private static DeviceFindings None() => new(
        "Abacus",
        [
            new CudaFinding(
                13,
                "/llama/cuda13/libggml-cuda.so",
                null,
                [
                    new NeededLibrary("libcuda.so.1", null, "libcuda.so.1: cannot open"),
                    new NeededLibrary("libcudart.so.13", "libcudart.so.13", null),
                    new NeededLibrary("libcublas.so.13", null, "libcublas.so.13: cannot open"),
                ],
                null),
            new CudaFinding(12, "/llama/cuda12/libggml-cuda.so", "/llama/cuda12/libggml-cuda.so is not installed", [], null),
        ],
        [],
        null);

    private static DeviceFindings Gpus(int count) => new(
        "Abacus",
        [
            new CudaFinding(13, "/llama/cuda13/libggml-cuda.so", null, [], "it finds no GPU: the driver is too old"),
            new CudaFinding(12, "/llama/cuda12/libggml-cuda.so", null, [], null),
        ],
        [.. Enumerable.Range(0, count).Select(i => new Gpu($"CUDA{i}", $"Model {i}", 3UL << 29, 2UL << 30))],
        "/var/cache/nodebox/cuda");
}
