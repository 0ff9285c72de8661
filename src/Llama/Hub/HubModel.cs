using System.Text.RegularExpressions;

namespace NodeBox.Llama.Hub;

/// <summary>A model in a repository: one GGUF file, or all the files it is split into, in order.</summary>
public sealed partial record HubModel(string Name, IReadOnlyList<HubFile> Files)
{
    private const string Extension = ".gguf";
    private const int MostShown = 40;

    public long Size => Files.Sum(file => file.Size);

    /// <summary>The model of a repository that is asked for.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="files">Its files.</param>
    /// <param name="wanted">A file, or a quantisation such as Q4_K_M; null where there is only one model.</param>
    /// <exception cref="HubException">There is none, or more than one, or a part is missing.</exception>
    public static HubModel Choose(HubRepository repository, IReadOnlyList<HubFile> files, string? wanted)
    {
        IReadOnlyList<HubModel> models = AllOf(files);
        if (models.Count == 0)
        {
            throw NoGguf(repository, files);
        }

        HubModel[] fitting =
        [
            .. models.Where(model => wanted is null ? !model.IsProjector : model.Files.Any(file => file.Path == wanted || file.Name == wanted)),
        ];
        if (fitting.Length == 0 && wanted is not null)
        {
            fitting = [.. models.Where(model => !model.IsProjector && model.Is(wanted))];
        }

        return fitting switch
        {
            [var one] => one.Complete(repository),
            [] => throw new HubException(HubFault.Request, $"{repository} has no '{wanted}'. {Choices(repository, models)}"),
            _ => throw new HubException(
                HubFault.Request,
                $"{repository} has {fitting.Length} models{(wanted is null ? "" : $" that '{wanted}' fits")}. {Choices(repository, fitting)}"),
        };
    }

    /// <summary>The part of a model that a vision model has besides, which runs nothing alone.</summary>
    private bool IsProjector => Name.Contains("mmproj", StringComparison.OrdinalIgnoreCase);

    private static HubModel[] AllOf(IEnumerable<HubFile> files) =>
    [
        .. files.Where(file => file.Path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
            .GroupBy(file => PartOfName().Replace(file.Path, Extension))
            .Select(model => new HubModel(model.Key, [.. model.OrderBy(file => file.Path, StringComparer.Ordinal)]))
            .OrderBy(model => model.Size),
    ];

    /// <summary>Whether its name contains a quantisation as a word: Q4_K is no part of Q4_K_M, nor of IQ4_K.</summary>
    private bool Is(string quantisation) =>
        Regex.IsMatch(Name, $"(?<![A-Za-z0-9]){Regex.Escape(quantisation)}(?![A-Za-z0-9_])", RegexOptions.IgnoreCase);

    private HubModel Complete(HubRepository repository)
    {
        foreach (HubFile file in Files)
        {
            if (file.Name.Length == Extension.Length || file.Size <= 0)
            {
                throw new HubException(HubFault.Content, $"{repository} lists '{file.Path}' with {file.Size} bytes, which is not pulled.");
            }
        }

        int parts = PartOfName().Match(Files[0].Path) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan) : 1;
        return Files.Count == parts
            ? this
            : throw new HubException(HubFault.Content, $"{repository} has {Files.Count} of the {parts} files of {Name}.");
    }

    private static string Choices(HubRepository repository, IReadOnlyList<HubModel> models)
    {
        IEnumerable<string> lines = models.Take(MostShown).Select(model => $"  {repository.Name}:{model.Files[0].Path}  {model.Size >> 20} MiB");
        string more = models.Count > MostShown ? $"\n  and {models.Count - MostShown} more" : "";
        return $"Choose one, by its file or by its quantisation:\n{string.Join('\n', lines)}{more}";
    }

    private static HubException NoGguf(HubRepository repository, IEnumerable<HubFile> files)
    {
        bool hasWeights = files.Any(file => file.Name.EndsWith(".safetensors", StringComparison.Ordinal) || file.Name.EndsWith(".bin", StringComparison.Ordinal));
        string what = hasWeights ? "Its weights are in another format" : "It holds no weights";
        return new HubException(
            HubFault.Request,
            $"{repository} has no GGUF file. {what}: look for a repository of the same model in GGUF, or download it and convert it with "
            + "llama.cpp's convert_hf_to_gguf.py: python convert_hf_to_gguf.py FOLDER --outfile model.gguf --outtype q8_0");
    }

    [GeneratedRegex(@"-[0-9]{5}-of-([0-9]{5})\.gguf$", RegexOptions.IgnoreCase)]
    private static partial Regex PartOfName();
}
