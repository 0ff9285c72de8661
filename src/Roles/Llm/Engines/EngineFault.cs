using NodeBox.Llama;

namespace NodeBox.Roles.Llm.Engines;

/// <summary>An exception of the engine on its way to another process.</summary>
/// <param name="Kind">Which exception.</param>
/// <param name="Message">Its message.</param>
/// <param name="Figures">What else its constructor takes.</param>
internal sealed record EngineFault(EngineFaultKind Kind, string Message, params int[] Figures)
{
    public static EngineFault Of(Exception error) => error switch
    {
        ModelException => new EngineFault(EngineFaultKind.Model, error.Message),
        LlamaLibraryException => new EngineFault(EngineFaultKind.Library, error.Message),
        ContextOverflowException e => new EngineFault(
            EngineFaultKind.ContextOverflow, error.Message, e.PromptTokens, e.MaxTokens, e.Context),
        QueueFullException e => new EngineFault(EngineFaultKind.QueueFull, error.Message, e.Limit),
        TimeoutException => new EngineFault(EngineFaultKind.Deadline, error.Message),
        OperationCanceledException or ObjectDisposedException => new EngineFault(EngineFaultKind.Stopped, error.Message),
        DecodeException => new EngineFault(EngineFaultKind.Decode, error.Message),
        ArgumentException => new EngineFault(EngineFaultKind.Argument, error.Message),
        _ => new EngineFault(EngineFaultKind.Other, $"{error.GetType().Name}: {error.Message}"),
    };

    public Exception ToException() => Kind switch
    {
        EngineFaultKind.Model => new ModelException(Message),
        EngineFaultKind.Library => new LlamaLibraryException(Message),
        EngineFaultKind.ContextOverflow => new ContextOverflowException(Figures[0], Figures[1], Figures[2]),
        EngineFaultKind.QueueFull => new QueueFullException(Figures[0]),
        EngineFaultKind.Deadline => new TimeoutException(Message),
        EngineFaultKind.Stopped => new OperationCanceledException(Message),
        EngineFaultKind.Argument => new ArgumentException(Message),
        _ => new DecodeException(Message),
    };
}

internal enum EngineFaultKind
{
    Other,
    Model,
    Library,
    ContextOverflow,
    QueueFull,
    Argument,
    Deadline,
    Stopped,
    Decode,
}
