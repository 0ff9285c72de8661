using NodeBox.Roles.Llm.Metrics;

namespace NodeBox.Roles.Tests.Llm.Metrics;

public sealed class HistogramTests
{
    [Fact]
    public void Counts_up_to_each_bound_included()
    {
        var histogram = new Histogram("x_seconds", "Help.", 0.5, 1);
        Array.ForEach([0.1, 0.5, 0.75, 1, 7], value => histogram.Observe("m", value));
        histogram.Observe("a \"b\"", 2);
        var text = new MetricsText();

        histogram.WriteTo(text);

        Assert.Equal(
            """
            # HELP x_seconds Help.
            # TYPE x_seconds histogram
            x_seconds_bucket{model="a \"b\"",le="0.5"} 0
            x_seconds_bucket{model="a \"b\"",le="1"} 0
            x_seconds_bucket{model="a \"b\"",le="+Inf"} 1
            x_seconds_sum{model="a \"b\""} 2
            x_seconds_count{model="a \"b\""} 1
            x_seconds_bucket{model="m",le="0.5"} 2
            x_seconds_bucket{model="m",le="1"} 4
            x_seconds_bucket{model="m",le="+Inf"} 5
            x_seconds_sum{model="m"} 9.35
            x_seconds_count{model="m"} 5

            """,
            text.ToString());
        Assert.Equal(1.87, histogram.Mean("m"), 1e-9);
        Assert.Equal(0, histogram.Mean("other"));
    }

    [Fact]
    public void Counters_are_written_by_label()
    {
        var counters = new Counters("x_total", "Help.", "code");
        counters.Add("m", "b");
        counters.Add("", "a");
        counters.Add("m", "b");
        var text = new MetricsText();

        counters.WriteTo(text);

        Assert.Equal(
            "# HELP x_total Help.\n# TYPE x_total counter\nx_total{code=\"a\"} 1\nx_total{model=\"m\",code=\"b\"} 2\n", text.ToString());
    }
}
