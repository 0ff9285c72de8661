using System.Net;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;

namespace NodeBox.Roles.Tools.Mcp;

/// <summary>
/// Keeps web pages of other sites out. A page whose name was rebound to this listener's address sends that name as Origin and as Host, so
/// comparing the two proves nothing: the Origin must name the address itself, or be on the list.
/// </summary>
internal sealed class OriginGuard(IReadOnlyList<string> allowed)
{
    /// <exception cref="McpRefusedException">403: the request comes from a page of another origin.</exception>
    public void Check(HttpContext context)
    {
        string origin = context.Request.Headers.Origin.ToString();
        if (origin.Length == 0 || allowed.Contains(origin, StringComparer.OrdinalIgnoreCase) || NamesListener(origin, context.Connection))
        {
            return;
        }

        throw new McpRefusedException(
            StatusCodes.Status403Forbidden, McpErrorCode.InvalidRequest, "requests from pages of this Origin are not allowed");
    }

    private static bool NamesListener(string origin, ConnectionInfo connection)
    {
        if (connection.LocalIpAddress is not { } local
            || !Uri.TryCreate(origin, UriKind.Absolute, out Uri? page)
            || page.Port != connection.LocalPort)
        {
            return false;
        }

        if (local.IsIPv4MappedToIPv6)
        {
            local = local.MapToIPv4();
        }

        // IdnHost is an IPv6 address without its brackets.
        bool isLocalhost = page.Host == "localhost" && IPAddress.IsLoopback(local);
        return isLocalhost || (IPAddress.TryParse(page.IdnHost, out IPAddress? named) && named.Equals(local));
    }
}
