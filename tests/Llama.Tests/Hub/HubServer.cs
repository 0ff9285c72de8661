using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace NodeBox.Llama.Tests.Hub;

/// <summary>A request as a server got it.</summary>
internal sealed record SeenRequest(string Path, string? Authorization, string? Range, string? IfRange);

/// <summary>A server of the Hugging Face layout on a loopback port, with one repository, "org/model".</summary>
internal sealed class HubServer : IDisposable
{
    public const string Repository = "org/model";

    private readonly HttpListener _listener;
    private readonly Task _serving;

    public HubServer()
    {
        (_listener, Url) = Listen();
        _serving = ServeAllAsync();
    }

    public Uri Url { get; }

    /// <summary>The repository's files.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = [];

    /// <summary>What the list says of a file's hash, where it is not the right one.</summary>
    public Dictionary<string, string?> Hashes { get; } = [];

    /// <summary>What the list says of a file's size, where it is not the right one.</summary>
    public Dictionary<string, long> Sizes { get; } = [];

    /// <summary>Bytes after which the connection of an answer is cut, an answer each.</summary>
    public ConcurrentQueue<int> Cuts { get; } = [];

    /// <summary>Statuses of the next answers, with the server's word for the error.</summary>
    public ConcurrentQueue<(int Status, string Code)> Errors { get; } = [];

    /// <summary>The next lists, instead of the right one.</summary>
    public ConcurrentQueue<byte[]> Lists { get; } = [];

    /// <summary>Where files are, if not here.</summary>
    public HubServer? Store { get; set; }

    /// <summary>Files in a page of the list.</summary>
    public int PageSize { get; set; } = 1000;

    public ConcurrentQueue<SeenRequest> Requests { get; } = [];

    /// <summary>Adds a file of random bytes.</summary>
    public byte[] Add(string path, int size)
    {
        byte[] content = new byte[size];
        new Random(size).NextBytes(content);
        Files[path] = content;
        return content;
    }

    public static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public void Dispose()
    {
        _listener.Close();
        _serving.Wait();
    }

    private static (HttpListener Listener, Uri Url) Listen()
    {
        while (true)
        {
            var free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            string url = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
            free.Stop();
            var listener = new HttpListener();
            listener.Prefixes.Add(url);
            try
            {
                listener.Start();
                return (listener, new Uri(url));
            }
            catch (HttpListenerException)
            {
                // Another took the port meanwhile.
            }
        }
    }

    private async Task ServeAllAsync()
    {
        while (true)
        {
            try
            {
                Serve(await _listener.GetContextAsync());
            }
            catch (Exception) when (!_listener.IsListening)
            {
                return;
            }
        }
    }

    private void Serve(HttpListenerContext context)
    {
        HttpListenerRequest request = context.Request;
        string path = request.Url!.AbsolutePath;
        Requests.Enqueue(new SeenRequest(path, request.Headers["Authorization"], request.Headers["Range"], request.Headers["If-Range"]));
        if (Errors.TryDequeue(out (int Status, string Code) error))
        {
            context.Response.Headers["X-Error-Code"] = error.Code;
            Answer(context.Response, error.Status, "{}"u8.ToArray());
        }
        else if (path == $"/api/models/{Repository}/tree/main")
        {
            ServeList(context);
        }
        else if (path.StartsWith($"/{Repository}/resolve/main/", StringComparison.Ordinal) && Files.TryGetValue(path.Split('/', 6)[5], out byte[]? content))
        {
            ServeFile(context, path, content);
        }
        else
        {
            Answer(context.Response, 404, []);
        }
    }

    private void ServeList(HttpListenerContext context)
    {
        if (Lists.TryDequeue(out byte[]? other))
        {
            Answer(context.Response, 200, other);
            return;
        }

        int page = int.Parse(context.Request.QueryString["page"] ?? "0");
        var list = new JsonArray([.. Files.OrderBy(file => file.Key).Skip(page * PageSize).Take(PageSize).Select(file => (JsonNode)Entry(file.Key, file.Value))]);
        if ((page + 1) * PageSize < Files.Count)
        {
            context.Response.Headers["Link"] = $"<{Url}api/models/{Repository}/tree/main?page={page + 1}>; rel=\"next\"";
        }

        Answer(context.Response, 200, Encoding.UTF8.GetBytes(list.ToJsonString()));
    }

    private JsonObject Entry(string path, byte[] content)
    {
        long size = Sizes.GetValueOrDefault(path, content.Length);
        var entry = new JsonObject { ["type"] = "file", ["path"] = path, ["size"] = size, ["oid"] = "0123" };
        if ((Hashes.TryGetValue(path, out string? said) ? said : Hash(content)) is { } hash)
        {
            entry["lfs"] = new JsonObject { ["oid"] = hash, ["size"] = size, ["pointerSize"] = 130 };
        }

        return entry;
    }

    private void ServeFile(HttpListenerContext context, string path, byte[] content)
    {
        HttpListenerResponse response = context.Response;
        if (Store is not null)
        {
            response.Headers["Location"] = new Uri(Store.Url, path).AbsoluteUri;
            Answer(response, 302, []);
            return;
        }

        string tag = $"\"{Hash(content)[..16]}\"";
        string? ifRange = context.Request.Headers["If-Range"];
        int from = context.Request.Headers["Range"] is { } range && (ifRange is null || ifRange == tag)
            ? int.Parse(range["bytes=".Length..^1])
            : 0;
        response.Headers["ETag"] = tag;
        if (from > 0)
        {
            response.Headers["Content-Range"] = $"bytes {from}-{content.Length - 1}/{content.Length}";
        }

        Answer(response, from > 0 ? 206 : 200, content[from..]);
    }

    private void Answer(HttpListenerResponse response, int status, byte[] body)
    {
        response.StatusCode = status;
        response.ContentLength64 = body.Length;
        if (status is 200 or 206 && body.Length > 1000 && Cuts.TryDequeue(out int cut))
        {
            response.OutputStream.Write(body, 0, cut);
            response.OutputStream.Flush();
            response.Abort();
            return;
        }

        response.OutputStream.Write(body);
        response.Close();
    }
}
