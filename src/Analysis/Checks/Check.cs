namespace NodeBox.Analysis.Checks;

/// <summary>How a check ended.</summary>
public enum CheckOutcome
{
    Passed,
    Failed,

    /// <summary>It does not hold everywhere, and the data says where: no loss, but a reader must know.</summary>
    Noted,

    /// <summary>The folder holds nothing that the check could look at.</summary>
    NotMeasured,
}

/// <summary>One thing that must hold for the run's figures to be whole.</summary>
/// <param name="Name">What must hold.</param>
/// <param name="Outcome">Whether it does.</param>
/// <param name="Detail">How much was looked at, and what did not hold.</param>
public sealed record Check(string Name, CheckOutcome Outcome, string Detail)
{
    internal static Check NotMeasured(string name, string why) => new(name, CheckOutcome.NotMeasured, why);

    internal static Check Of(string name, bool holds, string detail) =>
        new(name, holds ? CheckOutcome.Passed : CheckOutcome.Failed, detail);
}
