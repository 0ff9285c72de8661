using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace NodeBox.Llama.Hub;

/// <summary>
/// A server of the Hugging Face layout: the tree API lists a repository, and <c>/REPO/resolve/REVISION/FILE</c> gives a file, mostly by a
/// redirect to another host. The token goes to the server's own origin only.
/// </summary>
public sealed class HubClient : IDisposable
{
    private const int MostRedirects = 8;
    private const int MostPages = 100;
    private const int MostListBytes = 32 << 20;

    private static readonly TimeSpan s_answerTimeout = TimeSpan.FromMinutes(1);

    private readonly HttpClient _http;
    private readonly Uri _endpoint;
    private readonly string? _token;

    /// <param name="endpoint">The server's address, http or https.</param>
    /// <param name="token">What gives access to gated repositories, or null.</param>
    /// <exception cref="HubException">The token would travel in the clear.</exception>
    public HubClient(Uri endpoint, string? token)
    {
        if (token is not null && endpoint.Scheme != Uri.UriSchemeHttps && !endpoint.IsLoopback)
        {
            throw new HubException(HubFault.Request, $"The token is not sent to {endpoint} in the clear: name the server by https, or unset the token.");
        }

        _endpoint = new Uri(endpoint.AbsoluteUri.TrimEnd('/') + "/");
        _token = token;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(30) })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MostListBytes,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("nodebox", null));
    }

    /// <summary>All files of a repository.</summary>
    /// <exception cref="HubException">It is not there, not accessible, or the server fails.</exception>
    public async Task<IReadOnlyList<HubFile>> ListAsync(HubRepository repository, CancellationToken cancellation)
    {
        var files = new List<HubFile>();
        Uri? page = new(_endpoint, repository.TreePath);
        for (int pages = 0; page is not null; pages++)
        {
            if (pages == MostPages)
            {
                throw new HubException(HubFault.Content, $"{repository} has more files than are listed here.");
            }

            using HttpResponseMessage response = await SendAsync(page, repository, null, cancellation);
            files.AddRange(await ReadPageAsync(response, page, cancellation));
            page = NextPage(response, page);
        }

        return files;
    }

    /// <summary>The answer with a file's content from <paramref name="offset"/> on: 206, or 200 with all of it.</summary>
    /// <param name="repository">The file's repository.</param>
    /// <param name="path">Its path there.</param>
    /// <param name="offset">Bytes that are there already.</param>
    /// <param name="entityTag">The version that those are of: of another, all is sent.</param>
    /// <param name="cancellation">Ends the request.</param>
    /// <exception cref="HubException">It is not there, not accessible, or the server fails.</exception>
    internal Task<HttpResponseMessage> OpenAsync(
        HubRepository repository, string path, long offset, EntityTagHeaderValue? entityTag, CancellationToken cancellation)
    {
        void AddRange(HttpRequestHeaders headers)
        {
            if (offset > 0)
            {
                headers.Range = new RangeHeaderValue(offset, null);
                headers.IfRange = entityTag is null ? null : new RangeConditionHeaderValue(entityTag);
            }
        }

        return SendAsync(new Uri(_endpoint, repository.FilePath(path)), repository, AddRange, cancellation);
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(
        Uri uri, HubRepository repository, Action<HttpRequestHeaders>? add, CancellationToken cancellation)
    {
        Uri first = uri;
        for (int redirects = 0; redirects <= MostRedirects; redirects++)
        {
            HttpResponseMessage response = await SendOnceAsync(uri, add, cancellation);
            if (Target(response, uri) is not { } target)
            {
                return response.IsSuccessStatusCode ? response : throw Refusal(response, uri, repository);
            }

            response.Dispose();
            uri = target;
        }

        throw new HubException(HubFault.Connection, $"{first} leads from one address to the next more than {MostRedirects} times.");
    }

    private async Task<HttpResponseMessage> SendOnceAsync(Uri uri, Action<HttpRequestHeaders>? add, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        add?.Invoke(request.Headers);
        if (_token is not null && IsOwn(uri))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_answerTimeout);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        }
        catch (HttpRequestException e)
        {
            throw new HubException(HubFault.Connection, $"{uri.GetLeftPart(UriPartial.Authority)} cannot be reached: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new HubException(HubFault.Connection, $"{uri.GetLeftPart(UriPartial.Authority)} did not answer in {s_answerTimeout.TotalSeconds} s.", e);
        }
    }

    private bool IsOwn(Uri uri) => Uri.Compare(uri, _endpoint, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;

    private static Uri? Target(HttpResponseMessage response, Uri from)
    {
        bool isRedirect = response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
        if (!isRedirect || response.Headers.Location is not { } location)
        {
            return null;
        }

        var target = new Uri(from, location);
        bool isSafe = target.Scheme == Uri.UriSchemeHttps || (target.Scheme == Uri.UriSchemeHttp && from.Scheme == Uri.UriSchemeHttp);
        return isSafe ? target : throw new HubException(HubFault.Connection, $"{from} leads to {target}, which is not followed: it is not https.");
    }

    private static HubException Refusal(HttpResponseMessage response, Uri uri, HubRepository repository)
    {
        using (response)
        {
            string code = response.Headers.TryGetValues("X-Error-Code", out IEnumerable<string>? values) ? string.Concat(values) : "";
            return (response.StatusCode, code) switch
            {
                (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, "GatedRepo") => new HubException(
                    HubFault.Request, $"{repository} is gated: ask for access on its page, and set HF_TOKEN to a token of the account that has it."),
                (HttpStatusCode.Unauthorized, _) => new HubException(
                    HubFault.Request, $"{repository} does not exist, or is private or gated: check its name, and set HF_TOKEN to a token that may read it."),
                (HttpStatusCode.Forbidden, _) => new HubException(
                    HubFault.Request, $"The server refuses access to {repository}: set HF_TOKEN to a token that may read it."),
                (HttpStatusCode.NotFound, "RevisionNotFound") => new HubException(
                    HubFault.Request, $"{repository.Name} has no revision '{repository.Revision}'."),
                (HttpStatusCode.NotFound, _) => new HubException(HubFault.Request, $"{repository} does not exist at {uri.GetLeftPart(UriPartial.Path)}."),
                (HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError, _) => new HubException(
                    HubFault.Connection, $"{uri.GetLeftPart(UriPartial.Path)} answers {(int)response.StatusCode}: try again later."),
                _ => new HubException(HubFault.Request, $"{uri.GetLeftPart(UriPartial.Path)} answers {(int)response.StatusCode}."),
            };
        }
    }

    private static async Task<IEnumerable<HubFile>> ReadPageAsync(HttpResponseMessage response, Uri page, CancellationToken cancellation)
    {
        try
        {
            byte[] body = await response.Content.ReadAsByteArrayAsync(cancellation);
            TreeEntry[] entries = JsonSerializer.Deserialize(body, HubJson.Default.TreeEntryArray) ?? [];
            return entries
                .Where(entry => entry is { Type: "file", Path.Length: > 0 } && !entry.Path.Any(char.IsControl))
                .Select(entry => new HubFile(entry.Path!, entry.Lfs?.Size ?? entry.Size, entry.Lfs?.Oid?.ToLowerInvariant()));
        }
        catch (JsonException e)
        {
            throw new HubException(
                HubFault.Request, $"{page.GetLeftPart(UriPartial.Path)} is no list of files: is the endpoint a server of the Hugging Face layout?", e);
        }
        catch (HttpRequestException e)
        {
            throw new HubException(HubFault.Connection, $"The list of files at {page.GetLeftPart(UriPartial.Path)} is cut off: {e.Message}", e);
        }
    }

    /// <summary>The address in "Link: &lt;…&gt;; rel="next"", or null.</summary>
    private static Uri? NextPage(HttpResponseMessage response, Uri page)
    {
        string? link = response.Headers.TryGetValues("Link", out IEnumerable<string>? links)
            ? links.SelectMany(line => line.Split(',')).FirstOrDefault(part => part.Contains("rel=\"next\"", StringComparison.Ordinal))
            : null;
        int begin = link?.IndexOf('<') ?? -1;
        int end = link?.IndexOf('>') ?? -1;
        return begin >= 0 && end > begin ? new Uri(page, link![(begin + 1)..end]) : null;
    }
}
