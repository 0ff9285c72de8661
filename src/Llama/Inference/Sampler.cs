using NodeBox.Llama.Models;
using NodeBox.Llama.Native;

namespace NodeBox.Llama.Inference;

/// <summary>A llama.cpp sampler chain. It remembers where in its grammar the text stands, so it serves one generation.</summary>
internal sealed class Sampler : IDisposable
{
    // The one above is LLAMA_DEFAULT_SEED, which makes llama.cpp draw a seed of its own.
    private const uint MaxSeed = uint.MaxValue - 1;

    private readonly nint _chain;
    private bool _disposed;

    /// <exception cref="ArgumentException">llama.cpp cannot parse the grammar.</exception>
    public Sampler(LlamaModel model, Sampling sampling, string? grammar)
    {
        _chain = LlamaApi.llama_sampler_chain_init(LlamaApi.llama_sampler_chain_default_params());
        if (grammar is not null)
        {
            AddGrammar(model, grammar);
        }

        if (sampling.Temperature <= 0)
        {
            Add(LlamaApi.llama_sampler_init_greedy());
            return;
        }

        // top_k goes first among these: top_p sorts what it is given.
        if (sampling.TopK > 0)
        {
            Add(LlamaApi.llama_sampler_init_top_k(sampling.TopK));
        }

        if (sampling.TopP < 1)
        {
            Add(LlamaApi.llama_sampler_init_top_p(sampling.TopP, 1));
        }

        Add(LlamaApi.llama_sampler_init_temp(sampling.Temperature));
        uint seed = sampling.Seed ?? (uint)Random.Shared.NextInt64(MaxSeed);
        Add(LlamaApi.llama_sampler_init_dist(Math.Min(seed, MaxSeed)));
    }

    /// <summary>
    /// Draws a token from the logits of the last decoded token and moves the grammar on. Must not be called after an end-of-generation
    /// token: llama.cpp aborts.
    /// </summary>
    public int Sample(DecodeContext context) => LlamaApi.llama_sampler_sample(_chain, context.Handle, -1);

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            LlamaApi.llama_sampler_free(_chain);
        }
    }

    private void AddGrammar(LlamaModel model, string grammar)
    {
        // An empty grammar would mean none to llama.cpp.
        nint sampler = grammar.Length > 0 ? LlamaApi.llama_sampler_init_grammar(model.Vocabulary, grammar, "root") : 0;
        if (sampler == 0)
        {
            Dispose();
            throw new ArgumentException($"llama.cpp cannot parse the grammar: {LlamaLog.TakeErrors()}.", nameof(grammar));
        }

        Add(sampler);
    }

    private void Add(nint sampler) => LlamaApi.llama_sampler_chain_add(_chain, sampler);
}
