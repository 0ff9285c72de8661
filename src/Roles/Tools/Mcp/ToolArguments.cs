using System.Text.Json;

namespace NodeBox.Roles.Tools.Mcp;

/// <summary>The arguments of one call, already checked against the tool's parameters.</summary>
internal sealed class ToolArguments
{
    private readonly IDictionary<string, JsonElement> _values;

    /// <exception cref="ToolFailedException">An argument is missing, unknown, of another type or out of range.</exception>
    public ToolArguments(IReadOnlyList<ToolParameter> parameters, IDictionary<string, JsonElement>? values)
    {
        _values = values ?? new Dictionary<string, JsonElement>();
        foreach (string name in _values.Keys)
        {
            if (!parameters.Any(parameter => parameter.Name == name))
            {
                string known = string.Join(", ", parameters.Select(static parameter => parameter.Name));
                throw new ToolFailedException($"unknown argument {name}; known are {known}");
            }
        }

        foreach (ToolParameter parameter in parameters)
        {
            if (_values.TryGetValue(parameter.Name, out JsonElement value))
            {
                parameter.Check(value);
            }
            else if (parameter.Required)
            {
                throw new ToolFailedException($"missing argument {parameter.Name}");
            }
        }
    }

    public long Integer(string name) => (long)_values[name].GetDecimal();

    public long IntegerOr(string name, long fallback) => _values.ContainsKey(name) ? Integer(name) : fallback;

    public double Number(string name) => _values[name].GetDouble();

    public string Text(string name) => _values[name].GetString()!;

    public string? TextOrNull(string name) => _values.ContainsKey(name) ? Text(name) : null;
}
