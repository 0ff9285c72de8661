using System.CommandLine;
using System.Text.Json;
using NodeBox.Llama.Hub;

namespace NodeBox.Commands;

/// <summary>What <c>nodebox model pull --json</c> writes for each file.</summary>
/// <param name="File">Where it is.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its content's hash.</param>
/// <param name="Checked">Whether the server named the same hash.</param>
/// <param name="ResumedFrom">Bytes that were there before.</param>
internal sealed record PulledLine(string File, long Bytes, string Sha256, bool Checked, long ResumedFrom);

/// <summary><c>nodebox model pull</c>: downloads a model from a server of the Hugging Face layout.</summary>
internal static class ModelPullCommand
{
    private const string EndpointVariable = "HF_ENDPOINT";

    // The first is what today's tools read, the second what those before them did.
    private static readonly string[] s_tokenVariables = ["HF_TOKEN", "HUGGINGFACE_HUB_TOKEN"];

    private static readonly Argument<string> s_model = new("REPO[:FILE-or-QUANT]")
    {
        Description = "A repository, OWNER/NAME, and which of its models: a file, or a quantisation such as Q4_K_M.",
    };

    private static readonly Option<string> s_revision = new("--revision")
    {
        Description = "A branch, a tag or a commit.",
        DefaultValueFactory = static _ => "main",
        HelpName = "R",
    };

    private static readonly Option<string> s_to = new("--to")
    {
        Description = "The folder for the model's files.",
        DefaultValueFactory = static _ => ".",
        HelpName = "DIR",
    };

    private static readonly Option<string?> s_endpoint = new("--endpoint")
    {
        Description = $"The server's address. Default: ${EndpointVariable}.",
        HelpName = "URL",
    };

    public static Command Create()
    {
        var command = new Command("pull", "Download a model (GGUF). What is there already is not downloaded again; its SHA-256 is checked.")
        {
            s_model, s_revision, s_to, s_endpoint, ConfigOption.Json,
        };
        command.SetAction(PullAsync);
        return command;
    }

    private static async Task<int> PullAsync(ParseResult parsed, CancellationToken cancellation)
    {
        (string name, string? wanted) = parsed.GetValue(s_model)!.Split(':', 2) is [var before, var after] ? (before, after) : (parsed.GetValue(s_model)!, null);
        var repository = new HubRepository(name, parsed.GetValue(s_revision)!);
        using var client = new HubClient(Endpoint(parsed.GetValue(s_endpoint)), Token());
        HubModel model = HubModel.Choose(repository, await client.ListAsync(repository, cancellation), wanted);
        string folder = parsed.GetValue(s_to)!;
        Directory.CreateDirectory(folder);
        var download = new HubDownload(client, repository, folder);
        bool json = parsed.GetValue(ConfigOption.Json);
        var pulled = new List<PulledFile>();
        await PullView.ShowAsync(model, async progress =>
        {
            foreach (HubFile file in model.Files)
            {
                pulled.Add(await download.PullAsync(file, progress, cancellation));
            }
        });
        foreach ((PulledFile there, HubFile file) in pulled.Zip(model.Files))
        {
            Report(there, file, json);
        }

        return ExitCodes.Done;
    }

    private static void Report(PulledFile pulled, HubFile file, bool json)
    {
        if (json)
        {
            var line = new PulledLine(pulled.Path, file.Size, pulled.Sha256, pulled.IsChecked, pulled.ResumedFrom);
            Console.WriteLine(JsonSerializer.Serialize(line, OutputJson.Default.PulledLine));
        }
        else
        {
            string check = pulled.IsChecked ? "as the repository lists it" : "not checked: the repository lists none";
            Console.WriteLine($"{pulled.Path}: SHA-256 {pulled.Sha256}, {check}");
        }
    }

    private static Uri Endpoint(string? option)
    {
        string? address = option is { Length: > 0 } ? option : Environment.GetEnvironmentVariable(EndpointVariable);
        if (string.IsNullOrEmpty(address))
        {
            throw new HubException(
                HubFault.Request,
                $"No server is named: give --endpoint URL, or set {EndpointVariable}, to the address of a server of the Hugging Face layout, with https://.");
        }

        return Uri.TryCreate(address, UriKind.Absolute, out Uri? endpoint) && (endpoint.Scheme == Uri.UriSchemeHttps || endpoint.Scheme == Uri.UriSchemeHttp)
            ? endpoint
            : throw new HubException(HubFault.Request, $"'{address}' is no server's address: it begins with https:// or http://.");
    }

    private static string? Token() =>
        s_tokenVariables.Select(Environment.GetEnvironmentVariable).FirstOrDefault(token => !string.IsNullOrWhiteSpace(token))?.Trim();
}
