using NodeBox.Telemetry.Grpc;

namespace NodeBox.Telemetry.Tests.Grpc;

public sealed class GrpcHeadersTests
{
    public static TheoryData<string, double> Timeouts => new()
    {
        { "1H", 3600 },
        { "2M", 120 },
        { "3S", 3 },
        { "4m", 0.004 },
        { "5u", 0.000005 },
        { "600n", 0.0000006 },
        { "99999999H", 40 * 86400.0 },
    };

    [Theory]
    [MemberData(nameof(Timeouts))]
    public void Reads_every_unit_of_a_timeout(string text, double seconds)
    {
        Assert.True(GrpcHeaders.TryParseTimeout(text, out TimeSpan timeout));
        Assert.Equal(seconds, timeout.TotalSeconds, 1e-9);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("5")]
    [InlineData("5x")]
    [InlineData("-5S")]
    [InlineData("1.5S")]
    [InlineData("123456789S")]
    public void A_malformed_timeout_is_none(string? text) => Assert.False(GrpcHeaders.TryParseTimeout(text, out _));

    [Theory]
    [InlineData(0)]
    [InlineData(0.4)]
    [InlineData(1500)]
    [InlineData(99_999_999)]
    [InlineData(100_000_000)]
    [InlineData(1e9)]
    public void A_timeout_sent_is_never_shorter_than_asked(double milliseconds)
    {
        var asked = TimeSpan.FromMilliseconds(milliseconds);
        Assert.True(GrpcHeaders.TryParseTimeout(GrpcHeaders.EncodeTimeout(asked), out TimeSpan sent));
        Assert.InRange(sent, asked, asked + TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("100 %", "100 %25")]
    [InlineData("zwei\nZeilen", "zwei%0AZeilen")]
    [InlineData("größe 🙂", "gr%C3%B6%C3%9Fe %F0%9F%99%82")]
    public void A_message_is_percent_encoded(string message, string encoded)
    {
        Assert.Equal(encoded, GrpcHeaders.EncodeMessage(message));
        Assert.Equal(message, GrpcHeaders.DecodeMessage(encoded));
    }

    [Theory]
    [InlineData("50% off")]
    [InlineData("%zz")]
    [InlineData("%")]
    public void What_is_no_encoding_stays(string message) => Assert.Equal(message, GrpcHeaders.DecodeMessage(message));
}
