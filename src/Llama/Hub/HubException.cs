namespace NodeBox.Llama.Hub;

/// <summary>What kind of thing keeps a model from being pulled.</summary>
public enum HubFault
{
    /// <summary>What was asked for cannot be had: no such repository or file, no access, or no server named.</summary>
    Request,

    /// <summary>The file is not the one that the repository lists.</summary>
    Content,

    /// <summary>This machine cannot hold it.</summary>
    Machine,

    /// <summary>The server or the connection failed; another try goes on where this one ended.</summary>
    Connection,
}

/// <summary>A model cannot be pulled; the message says why and what to do.</summary>
public sealed class HubException(HubFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public HubFault Fault { get; } = fault;
}
