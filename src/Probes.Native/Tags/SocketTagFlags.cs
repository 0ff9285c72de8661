namespace NodeBox.Probes.Native.Tags;

/// <summary>Marks a tag whose socket served more than the one id that it names.</summary>
[Flags]
public enum SocketTagFlags : uint
{
    /// <summary>The ids are exact.</summary>
    None = 0,

    /// <summary>Several spans used the socket.</summary>
    SeveralSpans = 1,

    /// <summary>Several tasks used the socket.</summary>
    SeveralTasks = 2,

    /// <summary>Several agents used the socket.</summary>
    SeveralAgents = 4,
}
