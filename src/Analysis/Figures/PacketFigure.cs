using System.Xml.Linq;

namespace NodeBox.Analysis.Figures;

/// <summary>One packet with data, as the end that opened its connection saw it.</summary>
/// <param name="AtMs">Milliseconds since the first packet.</param>
/// <param name="Bytes">Its payload.</param>
/// <param name="IsUplink">Whether that end sent it.</param>
/// <param name="Kind">What kind of call it was for.</param>
internal readonly record struct TimedPacket(double AtMs, long Bytes, bool IsUplink, string Kind);

/// <summary>Packets over time: a stroke each, up for what was sent and down for what was received, coloured by the kind of call.</summary>
internal static class PacketFigure
{
    /// <param name="title">What the figure shows.</param>
    /// <param name="packets">At least one.</param>
    public static XElement Draw(string title, IReadOnlyList<TimedPacket> packets)
    {
        List<string> kinds = [.. packets.Select(packet => packet.Kind).Distinct()];
        Plot plot = new(title, kinds, "swatch");
        double middle = (plot.Top + Plot.Bottom) / 2;
        double largest = packets.Max(packet => packet.Bytes);
        Scale x = Scale.FromZero(packets.Max(packet => packet.AtMs), Plot.Left, Plot.Right);
        Scale up = Scale.FromZero(largest, middle, plot.Top);
        Scale down = Scale.FromZero(largest, middle, Plot.Bottom);
        plot.AddYTicks(down, down.Ticks.Skip(1));
        plot.AddYAxis(up, "Bytes of a packet: down, up");
        plot.AddXAxis(x, "Time since the first packet (ms)");
        plot.Add(Svg.Line(Plot.Left, middle, Plot.Right, middle, "axis"));
        foreach (TimedPacket packet in packets)
        {
            double at = x.At(packet.AtMs);
            double end = (packet.IsUplink ? up : down).At(packet.Bytes);
            plot.Add(Svg.Line(at, middle, at, end, $"packet {Plot.StyleOf(kinds.IndexOf(packet.Kind))}"));
        }

        return plot.Svg;
    }
}
