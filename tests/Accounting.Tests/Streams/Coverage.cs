namespace NodeBox.Accounting.Tests.Streams;

/// <summary>Which bytes of a stream have been seen: disjoint ranges in ascending order that do not touch.</summary>
internal sealed class Coverage
{
    private readonly List<(long Begin, long End)> _ranges = [];

    /// <summary>How many bytes have been seen from the stream's beginning without a gap.</summary>
    public long Contiguous => _ranges is [(0, var end), ..] ? end : 0;

    /// <summary>The end of the last range.</summary>
    public long End => _ranges is [.., (_, var end)] ? end : 0;

    /// <summary>Adds the bytes from <paramref name="begin"/> to before <paramref name="end"/>.</summary>
    /// <returns>how many of them had not been seen.</returns>
    public long Add(long begin, long end)
    {
        if (end <= begin)
        {
            return 0;
        }

        int first = _ranges.FindIndex(range => range.End >= begin);
        first = first < 0 ? _ranges.Count : first;
        int after = first;
        long known = 0;
        (long mergedBegin, long mergedEnd) = (begin, end);
        for (; after < _ranges.Count && _ranges[after].Begin <= end; after++)
        {
            (long rangeBegin, long rangeEnd) = _ranges[after];
            known += Math.Max(0, Math.Min(end, rangeEnd) - Math.Max(begin, rangeBegin));
            mergedBegin = Math.Min(mergedBegin, rangeBegin);
            mergedEnd = Math.Max(mergedEnd, rangeEnd);
        }

        _ranges.RemoveRange(first, after - first);
        _ranges.Insert(first, (mergedBegin, mergedEnd));
        return end - begin - known;
    }
}
