namespace NodeBox.Roles.Agent;

/// <summary>Names of MCP tools as functions of a chat, which OpenAI restricts to letters, digits, _ and - and to 64 characters.</summary>
internal static class FunctionNames
{
    private const int MaxLength = 64;

    /// <param name="tool">A tool as "server.tool".</param>
    /// <returns>The name with "__" for the first dot and "_" for whatever else a function's name may not hold.</returns>
    public static string Of(string tool)
    {
        int dot = tool.IndexOf('.', StringComparison.Ordinal);
        string joined = dot < 0 ? tool : $"{tool[..dot]}__{tool[(dot + 1)..]}";
        string name = string.Concat(joined.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '_'));
        return name.Length <= MaxLength
            ? name
            : throw new TaskFailedException($"the tool name \"{tool}\" is too long for a chat function of {MaxLength} characters");
    }
}
