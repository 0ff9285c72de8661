namespace NodeBox.Roles.Collector;

/// <summary>What a run may be called: it becomes a folder and a part of SQL, so nothing but letters, digits, '-' and '_'.</summary>
internal static class RunName
{
    private const int MaxLength = 64;

    public static bool IsValid(string? name) =>
        name is { Length: > 0 and <= MaxLength } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
