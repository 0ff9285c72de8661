using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using NodeBox.Roles.Baseline;
using NodeBox.Roles.Tests.Tools;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Tests.Baseline;

public sealed class BaselineRoleTests : IDisposable
{
    private const string Request = """{"order_id":1234,"item_id":17,"quantity":3}""";

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(20) };

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task The_default_chain_answers_with_what_each_service_found_out()
    {
        await using Chain chain = await Chain.StartAsync(new BaselineSettings());

        using HttpResponseMessage response = await PostAsync(chain.Gateway, Request);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        JsonElement answer = JsonElement.Parse(body);
        JsonElement[] findings = [.. answer.GetProperty("findings").EnumerateArray()];

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2048, body.Length);
        string[] services = [.. findings.Select(static finding => finding.GetProperty("service").GetString()!)];
        Assert.Equal(["gateway", "orders", "stock", "pricing"], services);
        Assert.InRange(findings[1].GetProperty("customer_id").GetInt32(), 1, 200);
        Assert.Equal(findings[2].GetProperty("on_hand").GetInt32() >= 3, findings[2].GetProperty("available").GetBoolean());
        Assert.Equal(3 * findings[3].GetProperty("unit_price_cents").GetInt32(), findings[3].GetProperty("total_cents").GetInt32());
    }

    [Fact]
    public async Task The_same_request_gets_the_same_answer()
    {
        await using Chain first = await Chain.StartAsync(new BaselineSettings());
        await using Chain second = await Chain.StartAsync(new BaselineSettings());

        Assert.Equal(await GetTextAsync(first), await GetTextAsync(second));

        async Task<string> GetTextAsync(Chain chain)
        {
            using HttpResponseMessage response = await PostAsync(chain.Gateway, Request);
            return await response.Content.ReadAsStringAsync();
        }
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("nodebox.connections=per_task", 4)]
    public async Task Tasks_share_a_services_connections_unless_they_ask_for_their_own(string baggage, int expected)
    {
        await using Chain chain = await Chain.StartAsync(new BaselineSettings());
        for (int i = 0; i < 4; i++)
        {
            string traceParent = $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01";
            using HttpResponseMessage response = await PostAsync(chain.Gateway, Request, ("traceparent", traceParent), ("baggage", baggage));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.All(chain.Connections.Skip(1), connections => Assert.Equal((expected, 4), (connections.Count, connections.Values.Sum())));
    }

    [Fact]
    public async Task Each_hop_has_one_client_span_under_the_span_of_the_service_that_calls()
    {
        using var spans = new SpanLog();
        await using Chain chain = await Chain.StartAsync(new BaselineSettings());
        ActivityTraceId task = ActivityTraceId.CreateRandom();

        using HttpResponseMessage response = await PostAsync(
            chain.Gateway, Request, ("traceparent", $"00-{task}-00f067aa0ba902b7-01"), ("baggage", "nodebox.agent=agent-b"));
        IReadOnlyList<Activity> all = await spans.OfAsync(task, 7);

        Assert.Equal(7, all.Count);
        string parent = "00f067aa0ba902b7";
        foreach (string service in new[] { "gateway", "orders", "stock", "pricing" })
        {
            Activity served = Assert.Single(all, span => span.Kind == ActivityKind.Server && span.DisplayName == $"POST {service}");
            Assert.Equal(parent, served.ParentSpanId.ToString());
            Activity? call = all.SingleOrDefault(span => span.Kind == ActivityKind.Client && span.ParentSpanId == served.SpanId);
            Assert.Equal(service == "pricing", call is null);
            Assert.Equal(call is null ? null : "service", call?.GetTagItem(SemanticConventions.Call));
            Assert.Equal("agent-b", served.GetBaggageItem(Spans.AgentBaggage));
            parent = call?.SpanId.ToString() ?? "";
        }
    }

    [Fact]
    public async Task An_untraced_request_leaves_no_span()
    {
        using var spans = new SpanLog();
        await using Chain chain = await Chain.StartAsync(new BaselineSettings());

        using HttpResponseMessage response = await PostAsync(chain.Gateway, Request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        int called = chain.Settings.Services[1].Port;
        Assert.DoesNotContain(spans.Ended, span => Equals(span.GetTagItem(SemanticConventions.ServerPort), called));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    public async Task A_chain_has_as_many_hops_as_services_and_every_body_its_size(int services)
    {
        BaselineService[] chained = [.. Enumerable.Range(0, services).Select(i => new BaselineService
        {
            Name = i % 2 == 0 ? $"{i:00}-service-with-32-letters-a-name"[..32] : $"s{i}",
            Port = 7201 + i,
            ServiceTime = TimeSpan.Zero,
            RequestBytes = 128 + i,
            ResponseBytes = 128 + (128 * (services - i)),
        })];
        await using Chain chain = await Chain.StartAsync(new BaselineSettings { Services = chained });

        using HttpResponseMessage response = await PostAsync(chain.Gateway, """{"order_id":1999,"item_id":50,"quantity":1000}""");
        byte[] body = await response.Content.ReadAsByteArrayAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(128 + (128 * services), body.Length);
        Assert.Equal(chained.Skip(1).Select(static service => (long?)service.RequestBytes), chain.RequestBytes.Skip(1));
        Assert.Equal(chained.Select(static service => (long?)service.ResponseBytes), chain.ResponseBytes);
        Assert.Equal(services, JsonElement.Parse(body).GetProperty("findings").GetArrayLength());
    }

    [Theory]
    [InlineData(1, "orders")]
    [InlineData(3, "pricing")]
    public async Task A_failing_hop_is_named_by_every_service_before_it(int stopped, string hop)
    {
        using var spans = new SpanLog();
        await using Chain chain = await Chain.StartAsync(new BaselineSettings());
        await chain.StopAsync(stopped);
        ActivityTraceId task = ActivityTraceId.CreateRandom();

        using HttpResponseMessage response = await PostAsync(
            chain.Gateway, Request, ("traceparent", $"00-{task}-00f067aa0ba902b7-01"));
        JsonElement problem = JsonElement.Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(hop, problem.GetProperty("hop").GetString());
        Assert.Contains($"the service {hop} failed", problem.GetProperty("detail").GetString());
        Assert.Contains("refused", problem.GetProperty("detail").GetString());
        IReadOnlyList<Activity> all = await spans.OfAsync(task, 2 * stopped);
        IEnumerable<Activity> calls = all.Where(static span => span.Kind == ActivityKind.Client);
        Assert.All(calls, static call => Assert.Equal(ActivityStatusCode.Error, call.Status));
    }

    [Fact]
    public async Task A_hop_that_does_not_answer_in_time_is_named()
    {
        BaselineService[] services =
        [
            new() { Name = "gateway", Port = 7201 },
            new() { Name = "orders", Port = 7202, ServiceTime = TimeSpan.FromSeconds(30) },
        ];
        var settings = new BaselineSettings { Services = services, HopTimeout = TimeSpan.FromMilliseconds(200) };
        await using Chain chain = await Chain.StartAsync(settings);

        using HttpResponseMessage response = await PostAsync(chain.Gateway, Request);
        JsonElement problem = JsonElement.Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("orders", problem.GetProperty("hop").GetString());
        Assert.Contains("no answer within 200 ms", problem.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("", "the body is not JSON")]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("{}", "order_id must be an integer from 1000 to 1999")]
    [InlineData("""{"order_id":999,"item_id":1,"quantity":1}""", "order_id must be")]
    [InlineData("""{"order_id":2000,"item_id":1,"quantity":1}""", "order_id must be")]
    [InlineData("""{"order_id":"1000","item_id":1,"quantity":1}""", "order_id must be")]
    [InlineData("""{"order_id":1000,"item_id":51,"quantity":1}""", "item_id must be an integer from 1 to 50")]
    [InlineData("""{"order_id":1000,"item_id":1,"quantity":0}""", "quantity must be an integer from 1 to 1000")]
    [InlineData("""{"order_id":1000,"item_id":1,"quantity":1.5}""", "quantity must be")]
    [InlineData("""{"order_id":1000,"item_id":1,"quantity":99999999999}""", "quantity must be")]
    [InlineData("""{"order_id":1000,"item_id":1,"quantity":1,"price":1}""", "unknown field price")]
    [InlineData("""{"order_id":1000,"item_id":1,"quantity":1,"padding":1}""", "unknown field padding")]
    [InlineData("""{"order_id":1000,"order_id":1001,"item_id":1,"quantity":1}""", "the body is not JSON")]
    public async Task A_bad_request_is_told_what_is_wrong(string body, string detail)
    {
        await using Chain chain = await Chain.StartAsync(new BaselineSettings());

        using HttpResponseMessage response = await PostAsync(chain.Gateway, body);
        JsonElement problem = JsonElement.Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(400, problem.GetProperty("status").GetInt32());
        Assert.Contains(detail, problem.GetProperty("detail").GetString());
        Assert.False(problem.TryGetProperty("hop", out _));
    }

    [Fact]
    public async Task Random_and_truncated_bodies_never_break_a_service()
    {
        BaselineService[] services = [new() { Name = "pricing", Port = 1, ServiceTime = TimeSpan.Zero }];
        await using Chain chain = await Chain.StartAsync(new BaselineSettings { Services = services });
        var random = new Random(7);
        byte[] good = Encoding.UTF8.GetBytes(Request);
        for (int i = 0; i < 500; i++)
        {
            byte[] body = i % 2 == 0 ? good[..random.Next(good.Length)] : (byte[])good.Clone();
            if (i % 2 == 1)
            {
                body[random.Next(body.Length)] = (byte)random.Next(256);
            }

            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new("application/json");
            using HttpResponseMessage response = await _http.PostAsync(chain.Gateway, content);
            bool expected = response.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest;
            Assert.True(expected, $"{response.StatusCode} for {Encoding.UTF8.GetString(body)}");
        }
    }

    [Fact]
    public void Settings_with_errors_are_refused_with_all_of_them()
    {
        BaselineService[] services =
        [
            new() { Name = "a", Port = 0 },
            new() { Name = "a", Port = 7202, RequestBytes = 5, ResponseBytes = 9 << 20, ServiceTime = TimeSpan.FromHours(1) },
            new() { Name = "b c", Port = 7203, Url = new Uri("ftp://x") },
        ];

        string[] errors = [.. new BaselineSettings { Services = services, HopTimeout = TimeSpan.Zero }.Errors()];

        Assert.Equal(8, errors.Length);
        Assert.Single(new BaselineSettings { Services = [] }.Errors());
        Assert.Empty(new BaselineSettings().Errors());
    }

    private async Task<HttpResponseMessage> PostAsync(Uri url, string body, params (string Name, string Value)[] headers)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        foreach ((string name, string value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await _http.SendAsync(request);
    }
}
