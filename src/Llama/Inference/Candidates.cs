using System.Runtime.InteropServices;
using NodeBox.Llama.Native;

namespace NodeBox.Llama.Inference;

/// <summary>The tokens that a sampler chooses from. Its memory is used for one choice after the other, by one thread.</summary>
/// <param name="vocabularySize">Tokens of the model.</param>
internal sealed unsafe class Candidates(int vocabularySize) : IDisposable
{
    private llama_token_data* _tokens = (llama_token_data*)NativeMemory.Alloc((nuint)vocabularySize, (nuint)sizeof(llama_token_data));

    public int Count => vocabularySize;

    /// <summary>All tokens with what the model makes of them.</summary>
    public llama_token_data_array Of(ReadOnlySpan<float> logits)
    {
        for (int token = 0; token < logits.Length; token++)
        {
            _tokens[token] = new llama_token_data { id = token, logit = logits[token] };
        }

        return new llama_token_data_array { data = _tokens, size = (nuint)logits.Length, selected = -1 };
    }

    public void Dispose()
    {
        NativeMemory.Free(_tokens);
        _tokens = null;
    }
}
