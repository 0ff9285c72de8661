using System.Text.Json;

namespace NodeBox.A2A;

/// <summary>Says where a client's JSON has not the protocol's shape. The framework's own words would name this program's types.</summary>
internal static class Misfit
{
    // Which members are missing stands in the message alone: "… missing required properties including: 'a', 'b'." (System.Text.Json 9).
    private const string BeforeNames = "including: ";

    /// <param name="root">What the JSON is, for example "params".</param>
    /// <param name="e">What the framework says of it.</param>
    /// <returns>For example "params.message: missing 'parts'".</returns>
    public static string Describe(string root, JsonException e)
    {
        string place = root + e.Path?.TrimStart('$');
        int names = e.Message.IndexOf(BeforeNames, StringComparison.Ordinal);
        return names < 0
            ? $"{place}: not a value that A2A has here"
            : $"{place}: missing {e.Message[(names + BeforeNames.Length)..].TrimEnd('.')}";
    }
}
