namespace NodeBox.Probes.Native;

/// <summary>How a flow ended at this end.</summary>
public enum CloseReason
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>
    /// In order: this end's FIN was acknowledged. With <see cref="FlowEvent.FinReceived"/> the other end's FIN has come, too; without, this
    /// end
    /// was closed first and the kernel waits for that FIN with a mini-socket, which answers data by a reset that only the other end
    /// reports.
    /// If both ends say Fin, each has received all the payload that the other sent.
    /// </summary>
    Fin,

    /// <summary>By a reset, sent or received: a refused connection, unread data, SO_LINGER 0, an abort.</summary>
    Reset,

    /// <summary>The other end stopped answering, or the network said that it cannot be reached.</summary>
    Timeout,

    /// <summary>The socket was closed here, or the connection could not be begun, before the handshake was done.</summary>
    GivenUp,
}
