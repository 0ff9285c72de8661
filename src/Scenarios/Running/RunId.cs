using System.Globalization;
using System.Security.Cryptography;

namespace NodeBox.Scenarios.Running;

/// <summary>Names a run: <c>YYYYMMDDThhmmssZ-</c> and six random hex digits, so that names sort by time and never meet.</summary>
public static class RunId
{
    public static string New(DateTime utc) =>
        utc.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture) + "-" + RandomNumberGenerator.GetHexString(6, lowercase: true);
}
