using NodeBox.Roles.Agent;

namespace NodeBox.Roles.Tests.Agent;

public sealed class FunctionNamesTests
{
    [Theory]
    [InlineData("db.lookup_order", "db__lookup_order")]
    [InlineData("db.v2.find", "db__v2_find")]
    [InlineData("db.größe/x y", "db__gr__e_x_y")]
    [InlineData("plain-tool", "plain-tool")]
    public void Keep_to_what_chats_allow(string tool, string function)
    {
        Assert.Equal(function, FunctionNames.Of(tool));
    }

    [Fact]
    public void Are_refused_beyond_64_characters()
    {
        Assert.Throws<TaskFailedException>(() => FunctionNames.Of($"db.{new string('x', 61)}"));
    }
}
