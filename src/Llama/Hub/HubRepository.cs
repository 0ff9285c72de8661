using System.Text.RegularExpressions;

namespace NodeBox.Llama.Hub;

/// <summary>A repository at a revision, and the paths that a server of the Hugging Face layout has for it.</summary>
public sealed partial record HubRepository
{
    /// <param name="name">OWNER/NAME.</param>
    /// <param name="revision">A branch, a tag or a commit.</param>
    /// <exception cref="HubException">The name is none of a repository.</exception>
    public HubRepository(string name, string revision)
    {
        if (!NamePattern().IsMatch(name))
        {
            throw new HubException(HubFault.Request, $"'{name}' is no repository: give OWNER/NAME, or OWNER/NAME:FILE, or OWNER/NAME:QUANT.");
        }

        Name = name;
        Revision = revision;
    }

    public string Name { get; }

    public string Revision { get; }

    internal string TreePath => $"api/models/{Name}/tree/{Uri.EscapeDataString(Revision)}?recursive=true";

    public override string ToString() => Revision == "main" ? Name : $"{Name} at {Revision}";

    internal string FilePath(string path) =>
        $"{Name}/resolve/{Uri.EscapeDataString(Revision)}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}";

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9][A-Za-z0-9_.-]*$")]
    private static partial Regex NamePattern();
}
