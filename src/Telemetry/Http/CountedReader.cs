using System.Buffers;
using System.IO.Pipelines;

namespace NodeBox.Telemetry.Http;

/// <summary>A connection's received bytes, counted as they are consumed: what is only buffered is not counted.</summary>
/// <param name="inner">Where they come from.</param>
/// <param name="isTls">
/// Whether they are TLS records. These are then handed out one at a time, because TLS takes whatever it is given: with more than the record
/// that is asked for it would consume the beginning of the next request together with the end of this one.
/// </param>
internal sealed class CountedReader(PipeReader inner, bool isTls) : PipeReader
{
    private readonly TlsRecords? _records = isTls ? new TlsRecords() : null;
    private ReadOnlySequence<byte> _given;

    /// <summary>Bytes consumed so far.</summary>
    public long Consumed { get; private set; }

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        Give(await inner.ReadAsync(cancellationToken).ConfigureAwait(false));

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
        {
            return false;
        }

        result = Give(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (!_given.IsEmpty)
        {
            ReadOnlySequence<byte> taken = _given.Slice(0, consumed);
            Consumed += taken.Length;
            _records?.Take(taken);
            _given = default;
        }

        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    private ReadResult Give(ReadResult all)
    {
        _given = all.Buffer;
        if (_records is null)
        {
            return all;
        }

        long length = _records.LengthToGive(all.Buffer);
        if (length == all.Buffer.Length)
        {
            return all;
        }

        _given = all.Buffer.Slice(0, length);
        return new ReadResult(_given, all.IsCanceled, isCompleted: false);
    }
}
