using NodeBox.Accounting.Tests.Http;

namespace NodeBox.Accounting.Tests.Truth;

/// <summary>What a capture at one end of a connection says of a part of both directions.</summary>
/// <param name="TxBytes">Payload bytes that this end sent, each once.</param>
/// <param name="RxBytes">Payload bytes that it received, each once and without a gap before it.</param>
/// <param name="TxSegs">Data packets that were the first to carry one of these bytes.</param>
/// <param name="RxSegs">Data packets that arrived, duplicates included.</param>
/// <param name="RetransSegs">Data packets sent that carried nothing new.</param>
/// <param name="RetransBytes">Their bytes.</param>
internal readonly record struct Traffic(long TxBytes, long RxBytes, long TxSegs, long RxSegs, long RetransSegs, long RetransBytes)
{
    public static Traffic operator +(Traffic one, Traffic other) => new(
        one.TxBytes + other.TxBytes,
        one.RxBytes + other.RxBytes,
        one.TxSegs + other.TxSegs,
        one.RxSegs + other.RxSegs,
        one.RetransSegs + other.RetransSegs,
        one.RetransBytes + other.RetransBytes);

    public static Traffic operator -(Traffic one, Traffic other) => new(
        one.TxBytes - other.TxBytes,
        one.RxBytes - other.RxBytes,
        one.TxSegs - other.TxSegs,
        one.RxSegs - other.RxSegs,
        one.RetransSegs - other.RetransSegs,
        one.RetransBytes - other.RetransBytes);
}

/// <summary>An exchange, and what it did to its connection as one end saw it.</summary>
/// <param name="Exchange">Whose traffic it is.</param>
/// <param name="Traffic">A packet that straddles two exchanges is counted with its first byte.</param>
/// <param name="LateRepeats">How many of its packets, sent or received again, came after the next exchange had begun.</param>
internal sealed record SliceTruth(Exchange Exchange, Traffic Traffic, int LateRepeats);
