using System.Text.Json.Serialization;

namespace NodeBox.Llama.Hub;

/// <summary>A file of a repository.</summary>
/// <param name="Path">Its path there.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Sha256">The SHA-256 of its content in lower case; null where the server does not give it.</param>
public sealed record HubFile(string Path, long Size, string? Sha256)
{
    /// <summary>Its name without folders.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
}

/// <summary>An entry of the tree API.</summary>
internal sealed record TreeEntry(string? Type, string? Path, long Size, TreeLfs? Lfs);

/// <summary>Where a large file lies: its object id is the SHA-256 of its content.</summary>
internal sealed record TreeLfs(string? Oid, long Size);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TreeEntry[]))]
internal sealed partial class HubJson : JsonSerializerContext;
