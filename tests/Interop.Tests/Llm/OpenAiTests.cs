using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using NodeBox.Interop.Tests.Grpc;
using NodeBox.Llama.Models;
using NodeBox.Roles.Llm;

namespace NodeBox.Interop.Tests.Llm;

public sealed class OpenAiTests
{
    [Fact]
    public async Task The_official_client_streams_answers_and_tool_calls()
    {
        string folder = Directory.CreateTempSubdirectory("nodebox-openai-").FullName;
        string model = Path.Combine(folder, "testbed.gguf");
        ModelMaker.Make(1, model);
        await using WebApplication app = await StartAsync(new LlmSettings { Model = model });

        using NodeScript client = NodeScript.Start("openai.mjs", app.Urls.Single(), "testbed");
        JsonElement said = await client.ReadAsync();

        Assert.Equal("testbed", said.GetProperty("models")[0].GetString());
        JsonElement whole = said.GetProperty("whole");
        JsonElement streamed = said.GetProperty("streamed");
        Assert.Equal(24, whole.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal(24, streamed.GetProperty("tokens").GetInt32());
        Assert.Equal("length", streamed.GetProperty("finishReason").GetString());
        Assert.True(JsonElement.DeepEquals(whole.GetProperty("usage"), streamed.GetProperty("usage")));
        Assert.Equal(whole.GetProperty("content").GetString(), streamed.GetProperty("content").GetString());
        foreach (string way in (string[])["call", "streamedCall"])
        {
            JsonElement call = said.GetProperty(way);
            Assert.Equal("tool_calls", call.GetProperty("finishReason").GetString());
            Assert.Equal("lookup_order", call.GetProperty("name").GetString());
            Assert.Equal(4711, call.GetProperty("arguments").GetProperty("order_id").GetInt32());
            Assert.Equal("é \"quoted\"", call.GetProperty("arguments").GetProperty("note").GetString());
        }

        JsonElement errors = said.GetProperty("errors");
        Assert.Equal("""{"class":"NotFoundError","status":404,"code":"model_not_found","param":"model","type":"invalid_request_error"}""", errors.GetProperty("model").GetRawText());
        Assert.Equal("unsupported_parameter", errors.GetProperty("n").GetProperty("code").GetString());
        Assert.Equal("context_length_exceeded", errors.GetProperty("overflow").GetProperty("code").GetString());
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<WebApplication> StartAsync(LlmSettings settings)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        LlmRole.Map(app, settings);
        await app.StartAsync();
        return app;
    }
}
