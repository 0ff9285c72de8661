using System.Globalization;
using System.Text;
using NodeBox.Store;
using NodeBox.Telemetry.V1;

namespace NodeBox.Roles.Collector;

/// <summary>The columns of a <see cref="TrafficShape"/>. A flow or slice without one was not measured so closely: they are null.</summary>
internal static class ShapeRows
{
    /// <summary>Column <c>rtt_us</c>.</summary>
    public static void AppendRtt(Appender row, TrafficShape? shape) => AppendHistogram(row, shape?.RttUs, "le_us");

    /// <summary>Columns <c>tx_bursts</c> and <c>rx_bursts</c>.</summary>
    public static void AppendBurstCounts(Appender row, TrafficShape? shape)
    {
        row.Append((long?)shape?.TxBursts?.Count);
        row.Append((long?)shape?.RxBursts?.Count);
    }

    /// <summary>The others, which are each table's last.</summary>
    public static void Append(Appender row, TrafficShape? shape)
    {
        Bursts? tx = shape?.TxBursts;
        Bursts? rx = shape?.RxBursts;
        AppendHistogram(row, tx is null ? null : shape!.TxSegBytes, "le_bytes");
        AppendHistogram(row, rx is null ? null : shape!.RxSegBytes, "le_bytes");
        AppendHistogram(row, tx?.Bytes, "le_bytes");
        AppendHistogram(row, rx?.Bytes, "le_bytes");
        AppendHistogram(row, tx?.Segs, "le_segs");
        AppendHistogram(row, rx?.Segs, "le_segs");
        AppendHistogram(row, tx?.DurationUs, "le_us");
        AppendHistogram(row, rx?.DurationUs, "le_us");
        AppendHistogram(row, tx?.GapUs, "le_us");
        AppendHistogram(row, rx?.GapUs, "le_us");
        row.Append(shape is { HasTtfbUs: true } ? (long)shape.TtfbUs : null);
        row.Append(shape is { HasLongestSilenceUs: true } ? (long)shape.LongestSilenceUs : null);
        row.Append(shape is null ? null : $"[{string.Join(", ", shape.Missing)}]");
    }

    // In DuckDB's notation of a list of structs.
    private static void AppendHistogram(Appender row, IReadOnlyList<HistogramBucket>? buckets, string bound)
    {
        if (buckets is null)
        {
            row.AppendNull();
            return;
        }

        var text = new StringBuilder("[");
        foreach (HistogramBucket bucket in buckets)
        {
            string separator = text.Length > 1 ? ", " : "";
            text.Append(CultureInfo.InvariantCulture, $"{separator}{{{bound}: {bucket.Le}, count: {bucket.Count}}}");
        }

        row.Append(text.Append(']').ToString());
    }
}
