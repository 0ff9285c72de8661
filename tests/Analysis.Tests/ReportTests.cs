using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using NodeBox.Analysis.Checks;

namespace NodeBox.Analysis.Tests;

public sealed partial class ReportTests
{
    private static readonly Lazy<string> s_threeScenarios = new(() =>
    {
        using RunFolderBuilder builder = SlicedRun.Make();
        return Write(builder);
    });

    [Fact]
    public void Is_one_well_formed_file_that_refers_to_nothing_outside_it()
    {
        string html = s_threeScenarios.Value;

        Assert.StartsWith("<!DOCTYPE html>", html, StringComparison.Ordinal);
        XElement page = Parse(html);
        Assert.Empty(page.Descendants("script"));
        Assert.Empty(page.Descendants("link"));
        IEnumerable<string> attributes = page.Descendants().Attributes().Select(attribute => attribute.Name.LocalName);
        Assert.Empty(attributes.Intersect(["src", "href", "action", "style"]));
        Assert.DoesNotContain("://", html, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", html, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", html, StringComparison.Ordinal);
    }

    // Inside <style> HTML knows no escapes, so what XML would escape must not be there.
    [Fact]
    public void The_style_sheet_needs_no_escaping()
    {
        using RunFolderBuilder builder = SummaryTests.TwoScenarios();

        Assert.DoesNotMatch("[<>&]", Parse(Write(builder)).Descendants("style").Single().Value);
    }

    [Fact]
    public void No_element_but_meta_closes_itself()
    {
        using RunFolderBuilder builder = SummaryTests.TwoScenarios();
        builder.Manifest.Remove("command");
        builder.Manifest.Remove("seed");
        builder.Manifest.Remove("versions");
        builder.Manifest.Remove("scenarios");

        Assert.All(SelfClosed().Matches(Write(builder)), match => Assert.Equal("meta", match.Groups["name"].Value));
    }

    [Fact]
    public void Every_figure_has_axes_units_a_legend_and_a_caption()
    {
        List<XElement> figures = [.. Parse(s_threeScenarios.Value).Descendants("figure")];

        Assert.Equal(29, figures.Count);
        foreach (XElement figure in figures.SkipLast(3))
        {
            List<string> texts = [.. figure.Descendants("text").Select(text => text.Value)];
            Assert.All(new[] { "baseline", "agentic-simple", "agentic-multihop" }, name => Assert.Contains(name, texts));
            Assert.NotEqual(0, TextsOf(figure, "title"));
            Assert.InRange(TextsOf(figure, "tick"), 5, 30);
            Assert.NotEmpty(figure.Element("figcaption")!.Value);
            Assert.DoesNotContain("NaN", figure.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("∞", figure.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_curve_rises_from_the_axis_to_the_top()
    {
        XElement duration = Parse(s_threeScenarios.Value).Descendants("figure").First();

        foreach (XElement curve in duration.Descendants("path"))
        {
            MatchCollection found = Height().Matches(curve.Attribute("d")!.Value);
            double[] heights = [.. found.Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];
            Assert.Equal(heights.OrderDescending(), heights);
        }
    }

    [Fact]
    public void Foreign_text_stays_text()
    {
        using RunFolderBuilder builder = SummaryTests.TwoScenarios();
        builder.Manifest["command"] = "nodebox <script>alert(1)</script> & \u0001\ud800 done";
        builder.Manifest["nodes"]!["n1"]!["role"] = "<img src=x onerror=alert(1)>";

        XElement page = Parse(Write(builder));

        Assert.Empty(page.Descendants("script"));
        Assert.Empty(page.Descendants("img"));
        Assert.Contains("<script>alert(1)</script> & \ufffd\ufffd done", page.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_why_flows_were_not_measured_and_draws_none()
    {
        using RunFolderBuilder builder = new RunFolderBuilder().Task("t1", "baseline", 10).ToolCall("t1", "s1");
        foreach (string node in new[] { "n1", "n2" })
        {
            builder.Manifest["nodes"]![node]!["rung"] = "none";
            builder.Manifest["nodes"]![node]!["rung_reason"] = "needs CAP_BPF";
            ((JsonObject)builder.Manifest["nodes"]![node]!).Remove("ledger");
        }

        XElement page = Parse(Write(builder));

        Assert.Equal(2, page.Descendants("figure").Count());
        Assert.Contains("Flows were not measured on n1: needs CAP_BPF", page.Value, StringComparison.Ordinal);
        Assert.Contains("no probe was attached", page.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Shows_each_check_and_counts_the_failed()
    {
        using RunFolderBuilder builder = SummaryTests.TwoScenarios().Task("t9", "baseline", 10);
        string text = Parse(Write(builder)).Value;

        Assert.Contains("1 of 14 completeness checks failed", text, StringComparison.Ordinal);
        Assert.Contains("4 tasks, 1 disagree, for example task t9", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Packets_of_a_task_stand_up_and_down_in_the_colours_of_its_calls()
    {
        XElement multihop = Parse(s_threeScenarios.Value).Descendants("figure").Last();

        Assert.StartsWith("Figure 29. A task of agentic-multihop.", multihop.Element("figcaption")!.Value, StringComparison.Ordinal);
        List<XElement> strokes =
        [
            .. from line in multihop.Descendants("line")
               where line.Attribute("class")!.Value.StartsWith("packet", StringComparison.Ordinal)
               select line,
        ];
        Assert.InRange(strokes.Count, 100, 300);
        Assert.Equal(7, strokes.Count(stroke => Pixel(stroke, "y2") < Pixel(stroke, "y1")));
        Assert.Equal(4, strokes.Select(stroke => stroke.Attribute("class")!.Value).Distinct().Count());

        static double Pixel(XElement line, string name) => double.Parse(line.Attribute(name)!.Value, CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Tables_tell_of_each_kind_of_call_and_of_what_was_sent_again()
    {
        string text = Parse(s_threeScenarios.Value).Value;

        Assert.Contains("What each kind of call did to the network", text, StringComparison.Ordinal);
        Assert.Contains("llm, agentic-multihop", text, StringComparison.Ordinal);
        Assert.Contains("service, baselinelinkserver", text, StringComparison.Ordinal);
    }

    private static string Write(RunFolderBuilder builder)
    {
        using RunFolder folder = builder.Open();
        Report.WriteHtml(folder, Summary.Of(folder), Completeness.Check(folder), builder.FileOf("report.html"));
        return File.ReadAllText(builder.FileOf("report.html"));
    }

    private static int TextsOf(XElement figure, string style) =>
        figure.Descendants("text").Count(text => text.Attribute("class")!.Value.StartsWith(style, StringComparison.Ordinal));

    private static XElement Parse(string html) => XElement.Parse(html["<!DOCTYPE html>".Length..]);

    [GeneratedRegex("<(?<name>[a-z]+)[^<>]*/>")]
    private static partial Regex SelfClosed();

    [GeneratedRegex("[ML][0-9.]+ ([0-9.]+)")]
    private static partial Regex Height();
}
