using System.Runtime.InteropServices;

namespace NodeBox.Llama.Native;

/// <summary>
/// The functions of llama.cpp v0.5.0 that this project calls, under their C names. They work once <see cref="LlamaLibrary.Load"/> has
/// returned.
/// </summary>
internal static unsafe partial class LlamaApi
{
    public const string Llama = "llama";
    public const string Ggml = "ggml";
    public const string GgmlBase = "ggml-base";

    /// <summary>Every function declared below, by library: what <see cref="Abi"/> looks up before any is called.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Symbols = new Dictionary<string, string[]>
    {
        [GgmlBase] =
        [
            nameof(ggml_version), nameof(ggml_commit), nameof(ggml_log_set), nameof(ggml_backend_dev_name),
            nameof(ggml_backend_dev_description), nameof(ggml_backend_dev_type), nameof(ggml_backend_dev_memory),
        ],
        [Ggml] =
        [
            nameof(ggml_backend_load_all_from_path), nameof(ggml_backend_load), nameof(ggml_backend_dev_count),
            nameof(ggml_backend_dev_get),
        ],
        [Llama] =
        [
            nameof(llama_version), nameof(llama_backend_init), nameof(llama_log_set),
            nameof(llama_model_default_params), nameof(llama_model_load_from_file), nameof(llama_model_free),
            nameof(llama_model_get_vocab), nameof(llama_model_n_params), nameof(llama_model_size), nameof(llama_model_n_ctx_train),
            nameof(llama_model_desc), nameof(llama_model_chat_template), nameof(llama_model_n_embd), nameof(llama_model_has_encoder),
            nameof(llama_model_has_decoder), nameof(llama_model_is_recurrent), nameof(llama_model_is_hybrid),
            nameof(llama_model_is_diffusion),
            nameof(llama_context_default_params), nameof(llama_init_from_model), nameof(llama_free), nameof(llama_n_ctx_seq),
            nameof(llama_get_memory), nameof(llama_memory_seq_rm), nameof(llama_memory_seq_cp), nameof(llama_decode),
            nameof(llama_get_embeddings_ith), nameof(llama_get_logits_ith), nameof(llama_batch_init), nameof(llama_batch_free),
            nameof(llama_vocab_n_tokens), nameof(llama_vocab_is_eog), nameof(llama_vocab_is_control), nameof(llama_tokenize), nameof(llama_token_to_piece),
            nameof(llama_sampler_chain_default_params), nameof(llama_sampler_chain_init), nameof(llama_sampler_chain_add),
            nameof(llama_sampler_init_greedy), nameof(llama_sampler_init_dist), nameof(llama_sampler_init_temp),
            nameof(llama_sampler_init_top_k), nameof(llama_sampler_init_top_p), nameof(llama_sampler_init_min_p),
            nameof(llama_sampler_init_penalties), nameof(llama_sampler_init_logit_bias), nameof(llama_sampler_init_grammar),
            nameof(llama_sampler_chain_remove), nameof(llama_sampler_sample), nameof(llama_sampler_apply),
            nameof(llama_sampler_accept), nameof(llama_sampler_free),
        ],
    };

    [LibraryImport(GgmlBase)]
    public static partial byte* ggml_version();

    [LibraryImport(GgmlBase)]
    public static partial byte* ggml_commit();

    [LibraryImport(GgmlBase)]
    public static partial void ggml_log_set(delegate* unmanaged[Cdecl]<int, byte*, void*, void> log_callback, void* user_data);

    [LibraryImport(GgmlBase)]
    public static partial byte* ggml_backend_dev_name(nint device);

    [LibraryImport(GgmlBase)]
    public static partial byte* ggml_backend_dev_description(nint device);

    [LibraryImport(GgmlBase)]
    public static partial int ggml_backend_dev_type(nint device);

    [LibraryImport(GgmlBase)]
    public static partial void ggml_backend_dev_memory(nint device, nuint* free, nuint* total);

    [LibraryImport(Ggml, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ggml_backend_load(string path);

    [LibraryImport(Ggml, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void ggml_backend_load_all_from_path(string dir_path);

    [LibraryImport(Ggml)]
    public static partial nuint ggml_backend_dev_count();

    [LibraryImport(Ggml)]
    public static partial nint ggml_backend_dev_get(nuint index);

    [LibraryImport(Llama)]
    public static partial byte* llama_version();

    [LibraryImport(Llama)]
    public static partial void llama_backend_init();

    [LibraryImport(Llama)]
    public static partial void llama_log_set(delegate* unmanaged[Cdecl]<int, byte*, void*, void> log_callback, void* user_data);

    [LibraryImport(Llama)]
    public static partial llama_model_params llama_model_default_params();

    [LibraryImport(Llama, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint llama_model_load_from_file(string path_model, llama_model_params @params);

    [LibraryImport(Llama)]
    public static partial void llama_model_free(nint model);

    [LibraryImport(Llama)]
    public static partial nint llama_model_get_vocab(nint model);

    [LibraryImport(Llama)]
    public static partial ulong llama_model_n_params(nint model);

    [LibraryImport(Llama)]
    public static partial ulong llama_model_size(nint model);

    [LibraryImport(Llama)]
    public static partial int llama_model_n_ctx_train(nint model);

    [LibraryImport(Llama)]
    public static partial int llama_model_desc(nint model, byte* buf, nuint buf_size);

    [LibraryImport(Llama)]
    public static partial byte* llama_model_chat_template(nint model, byte* name);

    [LibraryImport(Llama)]
    public static partial int llama_model_n_embd(nint model);

    [LibraryImport(Llama)]
    public static partial byte llama_model_has_encoder(nint model);

    [LibraryImport(Llama)]
    public static partial byte llama_model_has_decoder(nint model);

    [LibraryImport(Llama)]
    public static partial byte llama_model_is_recurrent(nint model);

    [LibraryImport(Llama)]
    public static partial byte llama_model_is_hybrid(nint model);

    [LibraryImport(Llama)]
    public static partial byte llama_model_is_diffusion(nint model);

    [LibraryImport(Llama)]
    public static partial llama_context_params llama_context_default_params();

    [LibraryImport(Llama)]
    public static partial nint llama_init_from_model(nint model, llama_context_params @params);

    [LibraryImport(Llama)]
    public static partial void llama_free(nint ctx);

    [LibraryImport(Llama)]
    public static partial uint llama_n_ctx_seq(nint ctx);

    [LibraryImport(Llama)]
    public static partial nint llama_get_memory(nint ctx);

    [LibraryImport(Llama)]
    public static partial byte llama_memory_seq_rm(nint mem, int seq_id, int p0, int p1);

    [LibraryImport(Llama)]
    public static partial void llama_memory_seq_cp(nint mem, int seq_id_src, int seq_id_dst, int p0, int p1);

    [LibraryImport(Llama)]
    public static partial float* llama_get_embeddings_ith(nint ctx, int i);

    [LibraryImport(Llama)]
    public static partial float* llama_get_logits_ith(nint ctx, int i);

    [LibraryImport(Llama)]
    public static partial int llama_decode(nint ctx, llama_batch batch);

    [LibraryImport(Llama)]
    public static partial llama_batch llama_batch_init(int n_tokens, int embd, int n_seq_max);

    [LibraryImport(Llama)]
    public static partial void llama_batch_free(llama_batch batch);

    [LibraryImport(Llama)]
    public static partial int llama_vocab_n_tokens(nint vocab);

    [LibraryImport(Llama)]
    public static partial byte llama_vocab_is_eog(nint vocab, int token);

    [LibraryImport(Llama)]
    public static partial byte llama_vocab_is_control(nint vocab, int token);

    [LibraryImport(Llama)]
    public static partial int llama_tokenize(
        nint vocab, byte* text, int text_len, int* tokens, int n_tokens_max, byte add_special, byte parse_special);

    [LibraryImport(Llama)]
    public static partial int llama_token_to_piece(nint vocab, int token, byte* buf, int length, int lstrip, byte special);

    [LibraryImport(Llama)]
    public static partial llama_sampler_chain_params llama_sampler_chain_default_params();

    [LibraryImport(Llama)]
    public static partial nint llama_sampler_chain_init(llama_sampler_chain_params @params);

    [LibraryImport(Llama)]
    public static partial void llama_sampler_chain_add(nint chain, nint smpl);

    [LibraryImport(Llama)]
    public static partial nint llama_sampler_chain_remove(nint chain, int i);

    [LibraryImport(Llama)]
    public static partial nint llama_sampler_init_greedy();

    [LibraryImport(Llama)]
    public static partial nint llama_sampler_init_dist(uint seed);

    [LibraryImport(Llama)]
    public static partial nint llama_sampler_init_temp(float t);

    [LibraryImport(Llama)]
    public static partial nint llama_sampler_init_top_k(int k);

    [LibraryImport(Llama)]
    public static partial nint llama_sampler_init_top_p(float p, nuint min_keep);

    [LibraryImport(Llama)]
    public static partial nint llama_sampler_init_min_p(float p, nuint min_keep);

    [LibraryImport(Llama)]
    public static partial nint llama_sampler_init_penalties(
        int n_vocab, int penalty_last_n, float penalty_repeat, float penalty_freq, float penalty_present);

    [LibraryImport(Llama)]
    public static partial nint llama_sampler_init_logit_bias(int n_vocab, int n_logit_bias, llama_logit_bias* logit_bias);

    [LibraryImport(Llama, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint llama_sampler_init_grammar(nint vocab, string grammar_str, string grammar_root);

    [LibraryImport(Llama)]
    public static partial int llama_sampler_sample(nint smpl, nint ctx, int idx);

    [LibraryImport(Llama)]
    public static partial void llama_sampler_apply(nint smpl, llama_token_data_array* cur_p);

    [LibraryImport(Llama)]
    public static partial void llama_sampler_accept(nint smpl, int token);

    [LibraryImport(Llama)]
    public static partial void llama_sampler_free(nint smpl);
}
