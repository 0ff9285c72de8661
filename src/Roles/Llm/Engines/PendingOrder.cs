using NodeBox.Llama.Inference;

namespace NodeBox.Roles.Llm.Engines;

/// <summary>An order that a model's process has not yet replied to in full.</summary>
internal abstract class PendingOrder(EngineOrder order)
{
    public EngineOrder Order { get; } = order;

    /// <summary>What cancels it while it is pending.</summary>
    public CancellationTokenRegistration Cancelling { get; set; }

    /// <summary>Takes a reply; true if no more comes.</summary>
    public abstract bool Take(EngineReply reply);

    /// <summary>No reply comes any more.</summary>
    public abstract void Fail(Exception error);
}

/// <summary>An order with one reply.</summary>
internal sealed class PendingCall<TReply>(EngineOrder order) : PendingOrder(order)
    where TReply : EngineReply
{
    private readonly TaskCompletionSource<TReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The reply.</summary>
    public Task<TReply> Reply => _reply.Task;

    public override bool Take(EngineReply reply)
    {
        switch (reply)
        {
            case TReply expected:
                _reply.TrySetResult(expected);
                break;
            case FailedReply failed:
                Fail(failed.Fault.ToException());
                break;
            default:
                throw new InvalidDataException($"A {reply.GetType().Name} is no reply to a {Order.GetType().Name}.");
        }

        return true;
    }

    public override void Fail(Exception error) => _reply.TrySetException(error);
}

/// <summary>A generation: it is accepted, and then its tokens come.</summary>
internal sealed class PendingGeneration(GenerateOrder order) : PendingOrder(order)
{
    private readonly TaskCompletionSource<RunningGeneration> _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RunningGeneration _generation = new(order.Request);

    /// <summary>The generation, once it is accepted.</summary>
    public Task<RunningGeneration> Accepted => _accepted.Task;

    public override bool Take(EngineReply reply)
    {
        switch (reply)
        {
            case AcceptedReply accepted:
                _generation.Accept(accepted.PromptTokens, accepted.MaxTokens);
                _accepted.TrySetResult(_generation);
                return false;
            case TokenReply token:
                Take(token);
                return token.Finish is not null;
            case FailedReply failed:
                Fail(failed.Fault.ToException());
                return true;
            default:
                throw new InvalidDataException($"A {reply.GetType().Name} is no reply to a generation.");
        }
    }

    public override void Fail(Exception error)
    {
        if (!_accepted.TrySetException(error))
        {
            _generation.Fail(error);
        }
    }

    private void Take(TokenReply token)
    {
        if (token.Begin is { } begin)
        {
            _generation.Begin(begin.QueueWait, begin.CachedTokens);
        }

        _generation.Write(new GeneratedToken(token.Text, token.Finish, token.At));
    }
}
