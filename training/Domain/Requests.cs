namespace NodeBox.Training.Domain;

/// <summary>Draws dialogues in one setting: requests of up to three things, and how the testbed's agents should go about them.</summary>
internal sealed class Requests(Setting setting, Draw draw)
{
    private const int MaxTries = 1000;
    private readonly World _world = new(draw);

    private delegate Clause DrawClause(string? earlierOrder);

    public Dialogue Next()
    {
        for (int i = 0; i < MaxTries; i++)
        {
            if (TryNext() is { } dialogue)
            {
                return dialogue;
            }
        }

        throw new InvalidOperationException($"{setting.Agent} is offered too little to be asked for anything");
    }

    /// <summary>The request of the scenario with two agents, as its file has it.</summary>
    public Dialogue Multihop() => Wanted(Phrases.Wants[0]);

    /// <summary>The request of the scenario with one agent, as its file has it.</summary>
    public Dialogue Simple()
    {
        string order = draw.Order();
        (Step step, string fact) = _world.Order(order);
        return new Dialogue(setting, $"What is the status of order {order} of customer {draw.Customer()}?", [step], fact + ".");
    }

    /// <summary>The subtask of the scenario with two agents, as its file has it.</summary>
    public Dialogue Subtask()
    {
        var values = new Wanted(draw);
        (IReadOnlyList<Step> steps, string answer) = Inner(values);
        return new Dialogue(setting, values.Subtask, steps, answer);
    }

    private Dialogue? TryNext()
    {
        int kind = draw.Next(20);
        if (kind == 0)
        {
            (string said, string answer) = draw.Pick(Phrases.Chat);
            return Allowed(said) ? new Dialogue(setting, Named(said), [], answer) : null;
        }

        if (kind <= 4 && setting.Agent == "agent-a" && draw.Difficulty.MostClauses > 1)
        {
            string phrase = draw.Pick(Phrases.Wants);
            return setting.Offers(ToolList.Delegate) && setting.Offers(ToolList.CallService) && Allowed(phrase) ? Wanted(phrase) : null;
        }

        if (kind == 5 && draw.Difficulty.MostClauses > 2)
        {
            return setting.Offers(ToolList.Work) && setting.Offers(ToolList.LookupOrder) && setting.Offers(ToolList.CallService)
                ? Subtask()
                : null;
        }

        return Asked();
    }

    private Dialogue? Asked()
    {
        int most = draw.Difficulty.MostClauses;
        List<Clause> clauses = Clauses(1 + Math.Min(draw.Next(most), draw.Next(most)));
        var composer = new Composer(draw);
        bool hands = setting.Offers(ToolList.Delegate) && draw.OneIn(setting.Agent == "agent-a" ? 4 : 10);
        return hands ? Handed(composer, clauses) : Done(composer, clauses);
    }

    private Dialogue? Done(Composer composer, List<Clause> clauses)
    {
        if (!clauses.SelectMany(static clause => clause.Steps).All(step => setting.Offers(step.Tool)))
        {
            return null;
        }

        string? request = composer.Request(clauses);
        string answer = string.Join("; ", clauses.Select(static clause => clause.Fact)) + ".";
        return request is null ? null : new Dialogue(setting, request, [.. clauses.SelectMany(static clause => clause.Steps)], answer);
    }

    // What is handed over goes to the end of the request, and may have been preceded by something to do oneself.
    private Dialogue? Handed(Composer composer, List<Clause> clauses)
    {
        if (clauses.Any(static clause => clause.IsQuestion))
        {
            return null;
        }

        int own = clauses.Count > 1 && draw.OneIn(3) ? 1 : 0;
        if (!clauses.Take(own).SelectMany(static clause => clause.Steps).All(step => setting.Offers(step.Tool)))
        {
            return null;
        }

        List<Clause> others = clauses[own..];
        string text = composer.Join(others);
        string facts = string.Join("; ", others.Select(static clause => clause.Fact));
        string hand = draw.Pick(Phrases.Hand);
        var handed = new Clause(
            hand + composer.TakeTemplate(),
            hand.Replace("{p}", setting.Peer).Replace("{t}", text),
            IsQuestion: false,
            [World.Handed(setting.Peer, text, facts + ".")],
            $"{setting.Peer} says {facts}");
        return Done(composer, [.. clauses.Take(own), handed]);
    }

    private Dialogue Wanted(string phrase)
    {
        var values = new Wanted(draw);
        (_, string inner) = Inner(values);
        (Step deliver, string fact) = _world.Deliver(values.Order, values.Item, values.Quantity);
        Step handed = World.Handed(setting.Peer, values.Subtask, inner);
        return new Dialogue(setting, values.Fill(phrase), [handed, deliver], fact + ".");
    }

    private (IReadOnlyList<Step> Steps, string Answer) Inner(Wanted values)
    {
        (Step order, string first) = _world.Order(values.Order);
        (Step risk, string second) = _world.Risk(values.Customer);
        (Step deliver, string third) = _world.Deliver(values.Order, values.Item, values.Quantity);
        return ([order, risk, deliver], $"{first}; {second}; {third}.");
    }

    private List<Clause> Clauses(int count)
    {
        var clauses = new List<Clause>();
        string? order = null;
        while (clauses.Count < count)
        {
            Clause clause = draw.Pick(ClauseDraws())(order);
            order = clause.Order ?? order;
            clauses.Add(clause);
        }

        return clauses;
    }

    private DrawClause[] ClauseDraws() =>
    [
        Order, Order, Order, Customer, Stock, Search, Update, Risk, Risk, Work, Delivery, Delivery,
    ];

    private Clause Order(string? _)
    {
        string order = draw.Order();
        (bool asks, string phrase) = Phrase(Phrases.Order, Phrases.OrderQuestions);
        string template = phrase + draw.Pick(Phrases.OrderTails);
        return Of(template, asks, _world.Order(order), ("o", order), ("c", draw.Customer())) with { Order = order };
    }

    private Clause Customer(string? _)
    {
        string customer = draw.Customer();
        (bool asks, string template) = Phrase(Phrases.Customer, Phrases.CustomerQuestions);
        return Of(template, asks, _world.Customer(customer), ("c", customer));
    }

    private Clause Stock(string? _)
    {
        string item = draw.Item();
        (bool asks, string template) = Phrase(Phrases.Stock, Phrases.StockQuestions);
        return Of(template, asks, _world.Stock(item), ("i", item));
    }

    private Clause Search(string? _)
    {
        string customer = draw.Customer();
        string? status = draw.OneIn(2) ? draw.Pick(ToolList.Statuses) : null;
        string? limit = status is null && draw.OneIn(2) ? $"{draw.Between(1, 99)}" : null;
        string[] phrases = status is not null ? Phrases.SearchByStatus : limit is not null ? Phrases.SearchLimited : Phrases.Search;
        string template = draw.Pick(phrases);
        return Of(template, false, _world.Search(customer, status, limit), ("c", customer), ("s", status ?? ""), ("l", limit ?? ""));
    }

    private Clause Update(string? _)
    {
        string order = draw.Order();
        string status = draw.Pick(ToolList.Statuses);
        return Of(draw.Pick(Phrases.Update), false, _world.Update(order, status), ("o", order), ("s", status)) with { Order = order };
    }

    private Clause Risk(string? _)
    {
        string customer = draw.Customer();
        return Of(draw.Pick(Phrases.Risk), false, _world.Risk(customer), ("c", customer));
    }

    private Clause Work(string? _)
    {
        (string milliseconds, string bytes, string seed) = (draw.Amount(4), draw.Amount(4), draw.Customer());
        return Of(
            draw.Pick(Phrases.Work), false, _world.Work(milliseconds, bytes, seed), ("l", milliseconds), ("b", bytes), ("x", seed));
    }

    private Clause Delivery(string? earlier)
    {
        bool meansEarlier = earlier is not null && !draw.OneIn(3);
        string order = meansEarlier ? earlier! : draw.Order();
        (string item, string quantity) = (draw.Item(), draw.Amount(3));
        (bool asks, string template) = meansEarlier
            ? (false, draw.Pick(Phrases.DeliveryOfThat))
            : Phrase(Phrases.Delivery, Phrases.DeliveryQuestions);
        return Of(template, asks, _world.Deliver(order, item, quantity), ("o", order), ("i", item), ("q", quantity)) with { Order = order };
    }

    private (bool Asks, string Template) Phrase(string[] imperatives, string[] questions)
    {
        bool asks = draw.OneIn(4);
        return (asks, draw.Pick(asks ? questions : imperatives));
    }

    private Clause Of(string template, bool asks, (Step Step, string Fact) result, params (string Hole, string Value)[] values)
    {
        string text = values.Aggregate(template, static (text, value) => text.Replace($"{{{value.Hole}}}", value.Value));
        return new Clause(template, Named(text), asks, [result.Step], result.Fact);
    }

    private string Named(string text) => text.Contains("{n}") ? text.Replace("{n}", draw.Name()) : text;

    private bool Allowed(string phrasing) => Split.IsHeldOutPhrasing(phrasing) == draw.Difficulty.Phrasings || phrasing == Phrases.Wants[0];
}
