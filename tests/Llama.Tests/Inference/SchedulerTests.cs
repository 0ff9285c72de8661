using NodeBox.Llama.Devices;
using NodeBox.Llama.Inference;
using NodeBox.Llama.Models;
using NodeBox.Llama.Native;

namespace NodeBox.Llama.Tests.Inference;

/// <summary>The scheduler step by step, without its thread.</summary>
public sealed class SchedulerTests : IDisposable
{
    // Without the fused kernel rounding hardly ever decides between two tokens, so that what differs is wrong.
    private readonly EngineOptions _options;
    private readonly LlamaModel _model;

    public SchedulerTests(TestModel model)
    {
        _options = new EngineOptions(model.Path) { Context = 512, Threads = 1, Slots = 4, QueueLimit = 100, FlashAttention = false };
        _model = LlamaModel.Load(model.Path, DeviceChoice.Processor("processor", "a test asks for it"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Gives_the_tokens_of_one_at_a_time_whatever_arrives_and_is_cancelled_meanwhile(int seed)
    {
        var random = new Random(seed);
        GenerationRequest[] requests = [.. Enumerable.Range(0, 40).Select(_ => RandomRequest(random))];
        string[] alone = [.. requests.Select(Alone)];

        using var run = new Run(_model, _options with { KvTokens = 1200 });
        var cancels = requests.Select(_ => new CancellationTokenSource()).ToArray();
        var generations = new List<Generation>();
        while (generations.Count < requests.Length || run.Scheduler.Step() is not null)
        {
            if (generations.Count < requests.Length && random.Next(3) == 0)
            {
                generations.Add(run.Submit(requests[generations.Count], cancels[generations.Count].Token));
            }

            if (random.Next(40) == 0)
            {
                cancels[random.Next(requests.Length)].Cancel();
            }

            run.Scheduler.Step();
        }

        string[] together = [.. generations.Select(Run.Read)];
        int different = Enumerable.Range(0, requests.Length)
            .Count(i => cancels[i].IsCancellationRequested ? !alone[i].StartsWith(together[i], StringComparison.Ordinal) : alone[i] != together[i]);

        Assert.True(different <= 1, $"{different} of {requests.Length} differ");
        Assert.Equal(new EngineLoad(0, 0, 0), new EngineLoad(run.Queue.Active, run.Queue.Waiting, 0));
    }

    [Fact]
    public void Reuses_the_longest_beginning_that_is_cached_with_the_same_result()
    {
        int[] common = [.. Enumerable.Range(300, 100)];
        using var run = new Run(_model, _options);
        run.Complete(Request([.. common, 500, 501], 3));
        run.Complete(Request([.. common, 600], 3));

        GenerationRequest third = Request([.. common, 500, 502, 503], 40);
        GenerationRequest same = Request([.. common, 500, 502, 503], 40);
        Generation reused = run.Complete(third);
        Generation whole = run.Complete(same);

        Assert.Equal(101, reused.CachedTokens);
        Assert.Equal(102, whole.CachedTokens);
        Assert.Equal(Alone(third), Run.Read(reused));
        Assert.Equal(Alone(third), Run.Read(whole));
    }

    [Fact]
    public void Goes_on_with_a_conversation_where_it_ended()
    {
        using var run = new Run(_model, _options with { CachedPrompts = 1, Slots = 1 });
        int[] first = [.. Enumerable.Range(300, 60)];
        Generation generation = run.Complete(Request(first, 1));

        Generation next = run.Complete(Request([.. first, 700, 701], 1));
        Generation last = run.Complete(Request([.. first, 700, 701, 702], 1));

        Assert.Equal((0, 60, 62), (generation.CachedTokens, next.CachedTokens, last.CachedTokens));
    }

    [Fact]
    public void Begins_with_what_a_running_request_has_just_computed()
    {
        int[] common = [.. Enumerable.Range(300, 100)];
        using var run = new Run(_model, _options);
        Generation[] generations = [.. Enumerable.Range(0, 4).Select(i => run.Submit(Request([.. common, 500 + i], 20)))];

        run.Finish();

        Assert.Equal([0, 100, 100, 100], generations.Select(generation => generation.CachedTokens));
        Assert.Equal(generations.Select(generation => Alone(generation.Request)), generations.Select(Run.Read));
    }

    [Theory]
    [InlineData(600)]
    [InlineData(5)]
    public void Warming_a_context_up_leaves_nothing_in_it(int kvTokens)
    {
        int[] tokens = [300, 301, 302];
        float[] cold = LogitsOf(kvTokens, warm: false);
        float[] warm = LogitsOf(kvTokens, warm: true);

        Assert.Equal(cold, warm);

        float[] LogitsOf(int room, bool warm)
        {
            using var context = new DecodeContext(_model, _options, room, sequences: 1);
            if (warm)
            {
                context.WarmUp(room, embeds: false);
            }

            using var batch = new Batch(tokens.Length);
            foreach (int token in tokens)
            {
                batch.Add(token, batch.Count, sequence: 0, output: batch.Count == tokens.Length - 1);
            }

            Assert.Equal(0, context.Decode(batch));
            unsafe
            {
                return [.. new ReadOnlySpan<float>(LlamaApi.llama_get_logits_ith(context.Handle, tokens.Length - 1), _model.VocabularySize)];
            }
        }
    }

    [Fact]
    public void Keeps_nothing_when_nothing_is_to_be_cached()
    {
        using var run = new Run(_model, _options with { CachedPrompts = 0 });

        run.Complete(Request([.. Enumerable.Range(300, 100)], 3));
        Generation second = run.Complete(Request([.. Enumerable.Range(300, 100)], 3));

        Assert.Equal((0, 0), (second.CachedTokens, run.Scheduler.KvTokens));
    }

    [Fact]
    public void Forgets_the_longest_unused_when_the_cache_is_full()
    {
        using var run = new Run(_model, _options with { KvTokens = 512, CachedPrompts = 8 });
        int[] Prompt(int first) => [.. Enumerable.Range(first, 200)];
        run.Complete(Request(Prompt(300), 1));
        run.Complete(Request(Prompt(400), 1));
        run.Complete(Request([.. Prompt(300), 7], 1));
        run.Complete(Request(Prompt(500), 1));

        Assert.InRange(run.Scheduler.KvTokens, 400, 512);
        Assert.Equal(200, run.Complete(Request([.. Prompt(300), 8], 1)).CachedTokens);
        Assert.Equal(0, run.Complete(Request(Prompt(400), 1)).CachedTokens);
    }

    [Fact]
    public void Lets_a_request_wait_until_the_cache_has_room_for_all_of_it()
    {
        using var run = new Run(_model, _options with { KvTokens = 512 });
        Generation first = run.Submit(Request([1, 2], 400));
        Generation second = run.Submit(Request([3, 4], 300));

        run.Scheduler.Step();
        Assert.Equal((1, 1), (run.Queue.Active, run.Queue.Waiting));
        run.Finish();

        Assert.Equal((400, 300), (first.CompletionTokens, second.CompletionTokens));
    }

    [Fact]
    public void Generates_in_every_step_while_a_long_prompt_is_computed()
    {
        using var run = new Run(_model, _options with { PrefillChunk = 16 });
        Generation running = run.Submit(Request([1, 2], 400));
        run.Scheduler.Step();
        run.Submit(Request([.. Enumerable.Range(300, 320)], 5));

        for (int step = 1; step <= 20; step++)
        {
            Assert.Equal(new DecodeStep(Sequences: 2, PromptTokens: 16, GeneratedTokens: step < 20 ? 1 : 2, Tokens: 17), run.Scheduler.Step());
            Assert.Equal(1 + step, running.CompletionTokens);
        }
    }

    [Fact]
    public void Frees_the_slot_of_a_cancelled_request_before_the_next_step()
    {
        using var run = new Run(_model, _options with { Slots = 1, QueueLimit = 1 });
        using var cancel = new CancellationTokenSource();
        Generation running = run.Submit(Request([1, 2], 400), cancel.Token);
        run.Scheduler.Step();
        run.Scheduler.Step();
        Generation waiting = run.Submit(Request([3, 4], 400));
        cancel.Cancel();

        run.Scheduler.Step();

        Assert.Equal((2, 1), (running.CompletionTokens, waiting.CompletionTokens));
        Assert.Equal((1, 0), (run.Queue.Active, run.Queue.Waiting));
    }

    [Fact]
    public void Does_nothing_when_there_is_nothing_to_do()
    {
        using var run = new Run(_model, _options);

        Assert.Null(run.Scheduler.Step());
    }

    public void Dispose() => _model.Dispose();

    private static GenerationRequest RandomRequest(Random random)
    {
        int[] prompt = [.. Enumerable.Range(300, random.Next(3) * 40), .. Enumerable.Range(0, random.Next(1, 80)).Select(_ => random.Next(300, 1000))];
        return Request(prompt, random.Next(1, 60));
    }

    private static GenerationRequest Request(int[] prompt, int tokens) =>
        new() { Prompt = prompt, MaxTokens = tokens, Sampling = new Sampling(0), IgnoreEnd = true };

    private string Alone(GenerationRequest request)
    {
        using var run = new Run(_model, _options with { Slots = 1, CachedPrompts = 0 });
        return Run.Read(run.Complete(request));
    }

    /// <summary>A scheduler with its queue.</summary>
    private sealed class Run : IDisposable
    {
        private readonly LlamaModel _model;

        public Run(LlamaModel model, EngineOptions options)
        {
            _model = model;
            Queue = new RequestQueue<Generation>(options.Slots, options.QueueLimit, () => { });
            Scheduler = new Scheduler(model, options, Queue);
        }

        public RequestQueue<Generation> Queue { get; }

        public Scheduler Scheduler { get; }

        /// <summary>The text that came, as far as it came.</summary>
        public static string Read(Generation generation)
        {
            string text = "";
            try
            {
                foreach (GeneratedToken token in generation.ReadAllAsync().ToBlockingEnumerable())
                {
                    text += token.Text;
                }
            }
            catch (OperationCanceledException)
            {
            }

            return text;
        }

        public Generation Submit(GenerationRequest request, CancellationToken cancellation = default)
        {
            var generation = new Generation(request, new Sampler(_model, request), cancellation);
            Queue.Add(generation);
            return generation;
        }

        public Generation Complete(GenerationRequest request)
        {
            Generation generation = Submit(request);
            Finish();
            return generation;
        }

        public void Finish()
        {
            while (Scheduler.Step() is not null)
            {
            }
        }

        public void Dispose()
        {
            Scheduler.EndAll(new OperationCanceledException());
            Scheduler.Dispose();
        }
    }
}
