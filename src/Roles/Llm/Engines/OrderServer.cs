using System.Collections.Concurrent;
using NodeBox.Llama.Inference;

namespace NodeBox.Roles.Llm.Engines;

/// <summary>Carries out the orders of a node with an engine of this process, each by itself.</summary>
internal sealed class OrderServer
{
    private readonly ConcurrentDictionary<long, CancellationTokenSource> _running = new();
    private readonly Engine _engine;
    private readonly LineWriter<EngineReply> _replies;

    public OrderServer(Engine engine, LineWriter<EngineReply> replies)
    {
        _engine = engine;
        _replies = replies;
        engine.Stepped += step => replies.Add(new StepReply(0, step, engine.Load));
        engine.Idled += () => replies.Add(new StepReply(0, null, engine.Load));
    }

    /// <summary>Begins to carry out an order. Used by one thread.</summary>
    public void Take(EngineOrder order)
    {
        switch (order)
        {
            case NudgeOrder:
                _engine.Nudge();
                break;
            case CancelOrder:
                Cancel(order.Id);
                break;
            default:
                Begin(order);
                break;
        }
    }

    private void Begin(EngineOrder order)
    {
        var cancel = new CancellationTokenSource();
        _running[order.Id] = cancel;
        _ = Task.Run(() => ServeAsync(order, cancel.Token));
    }

    private void Cancel(long id)
    {
        if (_running.TryGetValue(id, out CancellationTokenSource? cancel))
        {
            cancel.Cancel();
        }
    }

    private async Task ServeAsync(EngineOrder order, CancellationToken cancelled)
    {
        try
        {
            await CarryOutAsync(order, cancelled);
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            // Who cancelled expects no reply.
        }
        catch (Exception e)
        {
            _replies.Add(new FailedReply(order.Id, EngineFault.Of(e)));
        }
        finally
        {
            _running.TryRemove(order.Id, out _);
        }
    }

    private async Task CarryOutAsync(EngineOrder order, CancellationToken cancelled)
    {
        switch (order)
        {
            case TokenizeOrder tokenize:
                _replies.Add(new TokensReply(order.Id, _engine.Tokenize(tokenize.Prompt)));
                break;
            case DetokenizeOrder detokenize:
                _replies.Add(new TextReply(order.Id, _engine.Detokenize(detokenize.Tokens)));
                break;
            case EmbedOrder embed:
                float[] embedding = await _engine.EmbedAsync(embed.Tokens, embed.Deadline, cancelled);
                _replies.Add(new EmbeddingReply(order.Id, embedding));
                break;
            case GenerateOrder generate:
                Generation generation = _engine.Submit(generate.Request, cancelled);
                _replies.Add(new AcceptedReply(order.Id, generation.PromptTokens, generation.Request.MaxTokens));
                await SendTokensAsync(order.Id, generation);
                break;
            default:
                throw new NotSupportedException($"The order {order.GetType().Name} is none for a model that runs.");
        }
    }

    private async Task SendTokensAsync(long id, Generation generation)
    {
        GenerationBegin? begin = null;
        await foreach (GeneratedToken token in generation.ReadAllAsync(CancellationToken.None))
        {
            bool isFirst = begin is null;
            begin ??= new GenerationBegin(generation.QueueWait, generation.CachedTokens);
            _replies.Add(new TokenReply(id, token.Text, token.At, token.Finish, isFirst ? begin : null));
        }
    }
}
