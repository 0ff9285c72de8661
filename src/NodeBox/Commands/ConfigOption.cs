using System.CommandLine;
using System.CommandLine.Parsing;

namespace NodeBox.Commands;

/// <summary>The options that several commands share.</summary>
internal static class ConfigOption
{
    public static readonly Option<string?> Config = new("--config")
    {
        Description = "The testbed's configuration. Default: ./roles.toml, else /etc/nodebox/roles.toml.",
        HelpName = "FILE",
    };

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "One JSON object per line on stdout, for programs; text for people goes to stderr.",
    };

    /// <summary>For an argument that takes any number of names: without this, it would take a mistyped option for a name.</summary>
    public static void RejectOptions(ArgumentResult result)
    {
        foreach (Token token in result.Tokens.Where(static token => token.Value.StartsWith('-')))
        {
            result.AddError($"Unrecognized option '{token.Value}'.");
        }
    }
}
