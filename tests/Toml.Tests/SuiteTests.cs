using System.Globalization;
using System.Text.Json;

namespace NodeBox.Toml.Tests;

/// <summary>
/// The public conformance suite (toml-test, MIT). Debian ships it with the Go library it came from; TOML_TEST_DIR names
/// another copy, such as the tests folder of a newer checkout, whose list of TOML 1.0 cases is then used.
/// </summary>
public sealed class SuiteTests(ITestOutputHelper output)
{
    private const string Package = "golang-github-burntsushi-toml-dev";
    private const string PackageFolder = "/usr/share/gocode/src/github.com/BurntSushi/toml/internal/toml-test/tests";
    private const string VersionList = "files-toml-1.0.0";

    /// <summary>A case for TOML 1.1 in the packaged copy, which has no list by version: \e is no escape in 1.0.</summary>
    private const string LaterVersion = "valid/string/escape-esc.toml";

    [Fact]
    public void Reads_every_valid_case_as_the_suite_does()
    {
        var cases = Cases("valid");
        var failures = cases.Where(file => !ReadsAsExpected(file)).ToList();
        output.WriteLine($"{cases.Count - failures.Count} of {cases.Count} valid cases pass");
        Assert.Empty(failures);
    }

    [Fact]
    public void Refuses_every_invalid_case()
    {
        var cases = Cases("invalid");
        var accepted = cases.Where(file => Errors(file).Count == 0).ToList();
        output.WriteLine($"{cases.Count - accepted.Count} of {cases.Count} invalid cases are refused");
        Assert.Empty(accepted);
    }

    private static List<string> Cases(string kind)
    {
        string root = Environment.GetEnvironmentVariable("TOML_TEST_DIR") ?? PackageFolder;
        Assert.SkipUnless(Directory.Exists(root), $"needs the toml-test cases: install {Package} or set TOML_TEST_DIR");
        string list = Path.Combine(root, VersionList);
        var files = File.Exists(list)
            ? File.ReadLines(list).Where(name => name.StartsWith($"{kind}/", StringComparison.Ordinal)).Select(name => Path.Combine(root, name))
            : Directory.EnumerateFiles(Path.Combine(root, kind), "*.toml", SearchOption.AllDirectories);
        var cases = files
            .Where(file => file.EndsWith(".toml", StringComparison.Ordinal) && !file.EndsWith(LaterVersion, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .ToList();
        Assert.True(cases.Count >= 90, $"only {cases.Count} {kind} cases under {root}");
        return cases;
    }

    private static IReadOnlyList<TomlError> Errors(string file)
    {
        try
        {
            TomlDocument.Load(file);
            return [];
        }
        catch (TomlException error)
        {
            return error.Errors;
        }
    }

    private bool ReadsAsExpected(string file)
    {
        try
        {
            using var expected = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(file, ".json")));
            return Matches(TomlDocument.Load(file).Root, expected.RootElement);
        }
        catch (TomlException error)
        {
            output.WriteLine(error.Message);
            return false;
        }
    }

    /// <summary>The suite writes a table as an object, an array as an array, and a value as {"type", "value"}.</summary>
    private static bool Matches(TomlValue value, JsonElement expected)
    {
        return value switch
        {
            TomlTable table => expected.ValueKind == JsonValueKind.Object
                && table.Entries.Count == expected.EnumerateObject().Count()
                && table.Entries.All(entry => expected.TryGetProperty(entry.Key, out var child) && Matches(entry.Value, child)),
            TomlArray array => expected.ValueKind == JsonValueKind.Array
                && array.Items.Count == expected.GetArrayLength()
                && array.Items.Index().All(item => Matches(item.Item, expected[item.Index])),
            _ => MatchesScalar(value, expected.GetProperty("type").GetString()!, expected.GetProperty("value").GetString()!),
        };
    }

    private static bool MatchesScalar(TomlValue value, string type, string expected)
    {
        return value switch
        {
            TomlString text => type == "string" && text.Value == expected,
            TomlInteger integer => type == "integer" && integer.Value == long.Parse(expected, CultureInfo.InvariantCulture),
            TomlFloat number => type == "float" && number.Value.Equals(ReadFloat(expected)),
            TomlBoolean boolean => type == "bool" && boolean.Value == bool.Parse(expected),
            TomlDateTime moment => MatchesDateTime(moment, type, expected),
            _ => false,
        };
    }

    private static double ReadFloat(string text)
    {
        return text switch
        {
            "inf" or "+inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            "nan" or "+nan" or "-nan" => double.NaN,
            _ => double.Parse(text, CultureInfo.InvariantCulture),
        };
    }

    private static bool MatchesDateTime(TomlDateTime moment, string type, string expected)
    {
        var invariant = CultureInfo.InvariantCulture;
        return moment.Kind switch
        {
            TomlKind.LocalDate => type == "date-local" && moment.Date == DateOnly.Parse(expected, invariant),
            TomlKind.LocalTime => type == "time-local" && moment.Time == TimeOnly.Parse(expected, invariant),
            TomlKind.LocalDateTime => type == "datetime-local"
                && moment.Date!.Value.ToDateTime(moment.Time!.Value) == DateTime.Parse(expected, invariant),
            _ => type == "datetime"
                && new DateTimeOffset(moment.Date!.Value.ToDateTime(moment.Time!.Value), moment.Offset!.Value) == DateTimeOffset.Parse(expected, invariant),
        };
    }
}
