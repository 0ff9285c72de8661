namespace NodeBox.Training.Domain;

/// <summary>
/// The words that requests are put together from. {o}, {c}, {i}, {q}, {s}, {l}, {b}, {x} stand for an order, a customer, an item, a
/// quantity, a status, milliseconds, bytes and a seed; {n} for a name.
/// </summary>
internal static class Phrases
{
    public static readonly string[] Order =
    [
        "look up order {o}", "check order {o}", "find order {o}", "show order {o}", "fetch order {o}", "get order {o}",
        "look up order number {o}", "check the status of order {o}", "find out the status of order {o}", "tell me the status of order {o}",
        "see how order {o} stands", "look up the order {o}", "get the details of order {o}", "look at order {o}",
    ];

    public static readonly string[] OrderQuestions =
    [
        "What is the status of order {o}", "Where is order {o}", "How does order {o} stand", "When is order {o} due",
        "What happened to order {o}", "Has order {o} been shipped", "Is order {o} on its way", "What is the state of order number {o}",
    ];

    public static readonly string[] OrderTails = ["", "", "", " of customer {c}", " for customer {c}", " for {n}", " of {n}"];

    public static readonly string[] Customer =
    [
        "look up customer {c}", "find customer {c}", "show customer {c}", "check customer {c}", "get the details of customer {c}",
        "tell me who customer {c} is", "look up customer number {c}", "fetch the name of customer {c}", "find out the city of customer {c}",
    ];

    public static readonly string[] CustomerQuestions =
    [
        "Who is customer {c}", "What is the name of customer {c}", "Where does customer {c} live", "What tier is customer {c}",
        "Which city is customer {c} from",
    ];

    public static readonly string[] Stock =
    [
        "check the stock of item {i}", "look up item {i}", "count the pieces of item {i}", "find the price of item {i}",
        "check item {i}", "tell me what item {i} costs", "see how much of item {i} is left", "get the stock of item number {i}",
    ];

    public static readonly string[] StockQuestions =
    [
        "How many pieces of item {i} are on hand", "What does item {i} cost", "How much of item {i} is in stock", "Is item {i} in stock",
        "What is the price of item {i}",
    ];

    public static readonly string[] Search =
    [
        "list the orders of customer {c}", "show all orders of customer {c}", "find the orders of customer {c}",
        "search the orders of customer {c}", "get the orders that customer {c} has",
    ];

    public static readonly string[] SearchByStatus =
    [
        "list the {s} orders of customer {c}", "show the {s} orders of customer {c}", "find {s} orders of customer {c}",
        "search the orders of customer {c} that are {s}",
    ];

    public static readonly string[] SearchLimited =
    [
        "list the first {l} orders of customer {c}", "show at most {l} orders of customer {c}",
    ];

    public static readonly string[] Update =
    [
        "set order {o} to {s}", "mark order {o} as {s}", "change order {o} to {s}", "update order {o} to {s}",
        "set the status of order {o} to {s}", "change the status of order {o} to {s}",
    ];

    public static readonly string[] Risk =
    [
        "rate the risk of customer {c}", "check the risk of customer {c}", "find out the risk of customer {c}",
        "work out the risk of customer {c}", "rate customer {c}",
    ];

    public static readonly string[] Work =
    [
        "wait {l} ms and return {b} bytes with seed {x}", "run the work of {l} ms and {b} bytes with seed {x}",
        "do some work with seed {x} for {l} ms and {b} bytes",
    ];

    /// <summary>With the order of an earlier clause.</summary>
    public static readonly string[] DeliveryOfThat =
    [
        "check {q} pieces of item {i}", "ask for {q} pieces of item {i}", "see if we can deliver {q} pieces of item {i}",
        "price {q} pieces of item {i}",
    ];

    public static readonly string[] Delivery =
    [
        "check {q} pieces of item {i} for order {o}", "see if we can deliver {q} pieces of item {i} on order {o}",
        "price {q} pieces of item {i} for order {o}", "ask the gateway for {q} pieces of item {i} on order {o}",
        "call the gateway for order {o}, item {i} and {q} pieces",
    ];

    public static readonly string[] DeliveryQuestions =
    [
        "Can we deliver {q} pieces of item {i} on order {o}", "What do {q} pieces of item {i} cost on order {o}",
        "For order {o}, can we deliver {q} pieces of item {i}",
    ];

    /// <summary>What the coordinator hands over in part.</summary>
    public static readonly string[] Wants =
    [
        "Customer {c} wants {q} pieces of item {i} added to order {o}. Can we deliver, and at what price?",
        "Customer {c} wants {q} pieces of item {i} added to order {o}. Can we deliver?",
        "Customer {c} wants {q} more pieces of item {i} on order {o}. What is the price?",
        "Customer {c} wants to add {q} pieces of item {i} to order {o}. Can we deliver, and at what price?",
        "For order {o}, customer {c} wants {q} pieces of item {i}. Can we deliver them?",
        "Can customer {c} have {q} pieces of item {i} added to order {o}, and at what price?",
        "Can we add {q} pieces of item {i} to order {o} of customer {c}, and what do they cost?",
        "Customer {c} of order {o} wants {q} pieces of item {i}. Can we deliver?",
    ];

    public static readonly string[] Hand =
    [
        "ask {p} to {t}", "let {p} {t}", "have {p} {t}", "tell {p} to {t}", "delegate to {p}: {t}", "get {p} to {t}",
    ];

    public static readonly string[] Openers =
    [
        "", "", "", "", "Please ", "Could you ", "Can you ", "I need you to ", "Now ", "Hello, please ", "This is {n}. Please ",
        "{n} here: ", "My name is {n}, please ", "{n} asks you to ",
    ];

    public static readonly string[] QuestionOpeners = ["", "", "", "", "Hello. ", "This is {n}. ", "{n} here. ", "{n} asks: "];

    public static readonly string[] Joiners = [", and ", " and ", ", then ", " and then ", ". Then ", ". After that, "];

    public static readonly string[] Closers = ["", "", "", "", "", " Thank you.", " Thanks, {n}.", " It is for {n}.", " Be quick."];

    public static readonly (string Said, string Answer)[] Chat =
    [
        ("Hello.", "hello, how can I help?"), ("Hello, I am {n}.", "hello, how can I help?"), ("Good morning.", "hello, how can I help?"),
        ("Thank you.", "you are welcome."), ("Thanks, {n}.", "you are welcome."), ("Thank you, that is all.", "you are welcome."),
        ("What can you do?", "I look up orders, customers and stock."), ("Who are you?", "I look up orders, customers and stock."),
        ("How can you help?", "I look up orders, customers and stock."),
    ];
}
