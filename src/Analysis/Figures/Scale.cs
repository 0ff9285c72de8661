using System.Globalization;

namespace NodeBox.Analysis.Figures;

/// <summary>Maps values to pixels, in proportion or by their logarithm, and says where ticks belong.</summary>
internal sealed class Scale
{
    private const double DecadesForRoundTicks = 0.8;
    private const int LogTicksAtMost = 12;

    private readonly double _from;
    private readonly double _to;
    private readonly double _pixelFrom;
    private readonly double _pixelTo;
    private readonly bool _log;

    private Scale(double from, double to, double pixelFrom, double pixelTo, bool log)
    {
        _from = from;
        _to = to;
        _pixelFrom = pixelFrom;
        _pixelTo = pixelTo;
        _log = log;
        Ticks = [.. log ? LogTicks(from, to) : LinearTicks(from, to)];
    }

    /// <summary>Ascending, all within the scale.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>From zero to a round number at or above <paramref name="max"/>.</summary>
    public static Scale FromZero(double max, double pixelFrom, double pixelTo)
    {
        double top = max > 0 ? max : 1;
        double step = Step(top);
        return new Scale(0, Math.Ceiling(top / step) * step, pixelFrom, pixelTo, log: false);
    }

    /// <summary>Logarithmic, with a little room on both sides; in proportion from zero where a value is not positive.</summary>
    public static Scale Logarithmic(double min, double max, double pixelFrom, double pixelTo) => min > 0
        ? new Scale(min / Room(min, max), max * Room(min, max), pixelFrom, pixelTo, log: true)
        : FromZero(max, pixelFrom, pixelTo);

    /// <summary>A tick's text: no more digits than it needs, and thousands or millions as k or M, so that it fits beside an axis.</summary>
    public static string Label(double tick) => Math.Abs(tick) switch
    {
        >= 1_000_000 => (tick / 1_000_000).ToString("0.##M", CultureInfo.InvariantCulture),
        >= 1_000 => (tick / 1_000).ToString("0.##k", CultureInfo.InvariantCulture),
        _ => tick.ToString("0.####", CultureInfo.InvariantCulture),
    };

    public double At(double value)
    {
        double share = _log ? Math.Log(value / _from) / Math.Log(_to / _from) : (value - _from) / (_to - _from);
        return _pixelFrom + (share * (_pixelTo - _pixelFrom));
    }

    // At least a twentieth, so that a constant has a width.
    private static double Room(double min, double max) => Math.Max(Math.Pow(max / min, 0.03), 1.05);

    private static IEnumerable<double> LinearTicks(double from, double to)
    {
        double step = Step(to - from);
        for (double i = Math.Ceiling(from / step); i * step <= to * (1 + 1e-9); i++)
        {
            yield return i * step;
        }
    }

    private static IEnumerable<double> LogTicks(double from, double to)
    {
        if (Math.Log10(to / from) < DecadesForRoundTicks)
        {
            return LinearTicks(from, to);
        }

        double[] all = [.. Decades(from, to, [1, 2, 5])];
        return all.Length <= LogTicksAtMost ? all : Decades(from, to, [1]);
    }

    private static IEnumerable<double> Decades(double from, double to, double[] mantissas)
    {
        for (double decade = Math.Floor(Math.Log10(from)); decade <= Math.Log10(to); decade++)
        {
            foreach (double tick in mantissas.Select(mantissa => mantissa * Math.Pow(10, decade)).Where(tick => tick >= from && tick <= to))
            {
                yield return tick;
            }
        }
    }

    /// <summary>1, 2 or 5 times a power of ten, so that a range has three to seven steps.</summary>
    private static double Step(double range)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(range / 3)));
        double[] steps = [5 * power, 2 * power, power];
        return steps.FirstOrDefault(step => range / step >= 3, power);
    }
}
