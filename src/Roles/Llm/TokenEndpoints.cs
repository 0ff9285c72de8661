using Microsoft.AspNetCore.Http;
using NodeBox.Llama.Chat;
using NodeBox.Roles.Llm.Api;

namespace NodeBox.Roles.Llm;

/// <summary>POST /tokenize and POST /detokenize, in the form of vLLM's and with the names of llama.cpp's besides.</summary>
internal sealed class TokenEndpoints(ServedModels models, JsonBody body)
{
    public async Task TokenizeAsync(HttpContext context)
    {
        TokenizeRequest request = await body.ReadAsync(context, LlmJson.Default.TokenizeRequest);
        FieldRules.Check(request);
        Inference inference = models.ChooseAny(context, request.Model);
        IReadOnlyList<PromptPart> prompt = request switch
        {
            { Prompt: { } text, Content: null, Messages: null } => [new PromptPart(text, true)],
            { Content: { } text, Prompt: null, Messages: null } => [new PromptPart(text, true)],
            { Messages: { } messages, Prompt: null, Content: null } => inference.Template.Render(MessageReader.Read(messages), []),
            _ => throw ApiException.Invalid("prompt", "Exactly one of 'prompt', 'content' and 'messages' must be given."),
        };

        int[] tokens = await inference.TokenizeAsync(prompt, "prompt", int.MaxValue, context.RequestAborted);
        var answer = new TokenList(tokens.Length, inference.Settings.Options.Context, tokens);
        await Answers.WriteAsync(context, StatusCodes.Status200OK, answer, LlmJson.Default.TokenList);
    }

    public async Task DetokenizeAsync(HttpContext context)
    {
        DetokenizeRequest request = await body.ReadAsync(context, LlmJson.Default.DetokenizeRequest);
        FieldRules.Check(request);
        Inference inference = models.ChooseAny(context, request.Model);
        IReadOnlyList<int> tokens = request.Tokens ?? throw ApiException.Invalid("tokens", "'tokens' must be a list of tokens.");
        string text = await inference.DetokenizeAsync(tokens, "tokens", context.RequestAborted);
        await Answers.WriteAsync(context, StatusCodes.Status200OK, new TokenText(text, text), LlmJson.Default.TokenText);
    }
}
