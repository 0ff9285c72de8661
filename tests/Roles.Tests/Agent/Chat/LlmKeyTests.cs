using System.Collections.Concurrent;
using NodeBox.A2A;
using NodeBox.Roles.Agent;
using NodeBox.Roles.Agent.Chat;

namespace NodeBox.Roles.Tests.Agent.Chat;

public sealed class LlmKeyTests : IDisposable
{
    private const string Key = "sk-test-0123";
    private static readonly AgentSettings s_settings = new() { Name = "agent-a", Port = 0, Prompt = "", LlmUrl = new Uri("http://x"), Model = "m" };

    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public async Task The_key_of_the_file_goes_into_every_request_to_the_llm()
    {
        File.WriteAllText(_file, Key + "\n");
        ConcurrentBag<string> sent = [];
        await using AgentTestbed testbed = await AgentTestbed.StartAsync(
            (_, context) =>
            {
                sent.Add(context.Request.Headers.Authorization.ToString());
                return Task.FromResult(false);
            },
            settings => settings with { LlmIsForeign = true, LlmKeyFile = _file });

        (AgentTask answer, _, _) = await testbed.AskAsync(plan: null);

        Assert.Equal(TaskState.Completed, answer.Status.State);
        Assert.Equal($"Bearer {Key}", Assert.Single(sent.Distinct()));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("two words")]
    [InlineData("two\nlines")]
    [InlineData("schlüssel")]
    public void What_is_no_key_is_refused_and_not_shown(string text)
    {
        File.WriteAllText(_file, text);
        IOException e = Assert.Throws<IOException>(() => LlmKey.Of(s_settings with { LlmKeyFile = _file }));
        Assert.Equal($"llm_key_file {_file} holds no key: it must be one line of printable ASCII without spaces", e.Message);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("/no/key", Assert.ThrowsAny<IOException>(() => LlmKey.Of(s_settings with { LlmKeyFile = "/no/key" })).Message);

    [Fact]
    public void The_environments_key_is_for_foreign_servers_only()
    {
        Environment.SetEnvironmentVariable(LlmKey.Variable, Key);
        try
        {
            Assert.Null(LlmKey.Of(s_settings));
            LlmKey? key = LlmKey.Of(s_settings with { LlmIsForeign = true });
            Assert.Equal(("Bearer", Key), (key!.Header.Scheme, key.Header.Parameter));
            Assert.DoesNotContain(Key, key.ToString());
        }
        finally
        {
            Environment.SetEnvironmentVariable(LlmKey.Variable, null);
        }
    }

    public void Dispose() => File.Delete(_file);
}
