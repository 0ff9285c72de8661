namespace NodeBox.Training;

/// <summary>The options after a command, all of the form <c>--name value</c>.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = [];

    /// <exception cref="ArgumentException">A name is not known, or has no value.</exception>
    public Arguments(IReadOnlyList<string> words, params string[] known)
    {
        for (int i = 0; i < words.Count; i += 2)
        {
            string name = words[i];
            if (!known.Contains(name))
            {
                throw new ArgumentException($"'{name}' is no option of this command; its options are {string.Join(", ", known)}");
            }

            _values[name] = i + 1 < words.Count ? words[i + 1] : throw new ArgumentException($"{name} needs a value");
        }
    }

    public string Text(string name, string fallback) => _values.GetValueOrDefault(name, fallback);

    public int Number(string name, int fallback)
    {
        if (!_values.TryGetValue(name, out string? text))
        {
            return fallback;
        }

        return int.TryParse(text, out int number) && number > 0
            ? number
            : throw new ArgumentException($"{name} must be a positive number, not '{text}'");
    }

    public T Choice<T>(string name, T fallback)
        where T : struct, Enum
    {
        if (!_values.TryGetValue(name, out string? text))
        {
            return fallback;
        }

        string known = string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant();
        return Enum.TryParse(text, ignoreCase: true, out T choice) && Enum.IsDefined(choice)
            ? choice
            : throw new ArgumentException($"{name} must be one of {known}, not '{text}'");
    }
}
