using System.Collections;

namespace NodeBox.Toml;

/// <summary>
/// Collects what is wrong with one or more files, so that a person sees all of it at once. The same error is kept once, as
/// two nodes may read the same defaults; after <see cref="Limit"/> errors the rest is dropped and the list says so.
/// </summary>
public sealed class TomlErrors : IReadOnlyCollection<TomlError>
{
    public const int Limit = 100;

    private readonly HashSet<TomlError> _errors = [];

    public int Count => _errors.Count;

    internal bool Full => _errors.Count > Limit;

    public void Add(string file, TomlPosition position, string message)
    {
        if (_errors.Count < Limit)
        {
            _errors.Add(new TomlError(file, position.Line, position.Column, message));
        }
        else if (_errors.Count == Limit)
        {
            _errors.Add(new TomlError(file, position.Line, position.Column, $"More than {Limit} errors: the rest is not shown."));
        }
    }

    /// <exception cref="TomlException">if anything was added; it carries every error, by file and line.</exception>
    public void ThrowIfAny()
    {
        if (_errors.Count > 0)
        {
            throw new TomlException([.. this]);
        }
    }

    /// <summary>The errors by file, line and column.</summary>
    public IEnumerator<TomlError> GetEnumerator()
    {
        return _errors
            .OrderBy(error => error.File, StringComparer.Ordinal)
            .ThenBy(error => error.Line)
            .ThenBy(error => error.Column)
            .GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
