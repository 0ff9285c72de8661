using NodeBox.Llama.Models;
using NodeBox.Llama.Native;

namespace NodeBox.Llama.Inference;

/// <summary>
/// A llama.cpp sampler chain, and a grammar. It remembers where in its grammar the text stands, so it serves one generation.
/// </summary>
/// <remarks>
/// A grammar looks at every token that it is given, which takes longer than all else for a large vocabulary. So a token is drawn without
/// it first, and only where the grammar forbids that one, from what the grammar allows, as llama.cpp's common_sampler_sample does it.
/// </remarks>
internal sealed unsafe class Sampler : IDisposable
{
    // The one above is LLAMA_DEFAULT_SEED, which makes llama.cpp draw a seed of its own.
    private const uint MaxSeed = uint.MaxValue - 1;

    private readonly nint _chain = LlamaApi.llama_sampler_chain_init(LlamaApi.llama_sampler_chain_default_params());
    private nint _grammar;
    private int _untilEndIsAllowed;
    private bool _disposed;

    /// <exception cref="ArgumentException">llama.cpp cannot parse the grammar.</exception>
    public Sampler(LlamaModel model, GenerationRequest request)
    {
        if (request.IgnoreEnd || request.MinTokens > 0)
        {
            // The first of the chain, so that it can be found again when the text may end.
            ForbidEnd(model);
            _untilEndIsAllowed = request.IgnoreEnd ? int.MaxValue : request.MinTokens;
        }

        Sampling sampling = request.Sampling;
        if (sampling.FrequencyPenalty != 0 || sampling.PresencePenalty != 0)
        {
            const float NoRepeatPenalty = 1;
            Add(LlamaApi.llama_sampler_init_penalties(
                model.VocabularySize, request.MaxTokens, NoRepeatPenalty, sampling.FrequencyPenalty, sampling.PresencePenalty));
        }

        if (request.Grammar is { } grammar)
        {
            AddGrammar(model, grammar);
        }

        AddDraw(sampling);
    }

    /// <summary>
    /// Draws a token from the logits at an index of the last batch, which must be an output, and moves the grammar on. Must not be called
    /// after an end-of-generation token: llama.cpp aborts.
    /// </summary>
    public int Sample(DecodeContext context, int index)
    {
        int token = _grammar == 0 ? LlamaApi.llama_sampler_sample(_chain, context.Handle, index) : SampleByGrammar(context, index);
        if (_untilEndIsAllowed > 0 && --_untilEndIsAllowed == 0)
        {
            LlamaApi.llama_sampler_free(LlamaApi.llama_sampler_chain_remove(_chain, 0));
        }

        return token;
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            LlamaApi.llama_sampler_free(_chain);
            LlamaApi.llama_sampler_free(_grammar);
        }
    }

    private int SampleByGrammar(DecodeContext context, int index)
    {
        llama_token_data_array tokens = context.CandidatesOf(index);
        int token = Draw(&tokens);
        if (!IsAllowed(token))
        {
            tokens = context.CandidatesOf(index);
            LlamaApi.llama_sampler_apply(_grammar, &tokens);
            token = Draw(&tokens);
        }

        LlamaApi.llama_sampler_accept(_grammar, token);
        LlamaApi.llama_sampler_accept(_chain, token);
        return token;
    }

    private int Draw(llama_token_data_array* tokens)
    {
        LlamaApi.llama_sampler_apply(_chain, tokens);
        return tokens->data[tokens->selected].id;
    }

    private bool IsAllowed(int token)
    {
        var only = new llama_token_data { id = token };
        var tokens = new llama_token_data_array { data = &only, size = 1, selected = -1 };
        LlamaApi.llama_sampler_apply(_grammar, &tokens);
        return !float.IsNegativeInfinity(only.logit);
    }

    private void ForbidEnd(LlamaModel model)
    {
        llama_logit_bias[] biases =
            [.. model.EndTokens.Select(token => new llama_logit_bias { token = token, bias = float.NegativeInfinity })];
        fixed (llama_logit_bias* start = biases)
        {
            Add(LlamaApi.llama_sampler_init_logit_bias(model.VocabularySize, biases.Length, start));
        }
    }

    private void AddGrammar(LlamaModel model, string grammar)
    {
        // An empty grammar would mean none to llama.cpp.
        _grammar = grammar.Length > 0 ? LlamaApi.llama_sampler_init_grammar(model.Vocabulary, grammar, "root") : 0;
        if (_grammar == 0)
        {
            Dispose();
            throw new ArgumentException($"llama.cpp cannot parse the grammar: {LlamaLog.TakeErrors()}.", nameof(grammar));
        }
    }

    private void AddDraw(Sampling sampling)
    {
        if (sampling.Temperature <= 0)
        {
            Add(LlamaApi.llama_sampler_init_greedy());
            return;
        }

        // top_k goes first among these: the others sort what they are given.
        if (sampling.TopK > 0)
        {
            Add(LlamaApi.llama_sampler_init_top_k(sampling.TopK));
        }

        if (sampling.TopP < 1)
        {
            Add(LlamaApi.llama_sampler_init_top_p(sampling.TopP, 1));
        }

        if (sampling.MinP > 0)
        {
            Add(LlamaApi.llama_sampler_init_min_p(sampling.MinP, 1));
        }

        Add(LlamaApi.llama_sampler_init_temp(sampling.Temperature));
        uint seed = sampling.Seed ?? (uint)Random.Shared.NextInt64(MaxSeed);
        Add(LlamaApi.llama_sampler_init_dist(Math.Min(seed, MaxSeed)));
    }

    private void Add(nint sampler) => LlamaApi.llama_sampler_chain_add(_chain, sampler);
}
