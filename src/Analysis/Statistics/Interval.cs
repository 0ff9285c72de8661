namespace NodeBox.Analysis.Statistics;

/// <summary>A closed interval in the unit of what it bounds.</summary>
public readonly record struct Interval(double Low, double High)
{
    public bool Contains(double value) => value >= Low && value <= High;
}
