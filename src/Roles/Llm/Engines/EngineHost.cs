using System.Diagnostics;
using NodeBox.Llama;
using NodeBox.Llama.Inference;

namespace NodeBox.Roles.Llm.Engines;

/// <summary>The process of a model: it runs one engine, takes orders on its input and replies on its output, a line of JSON each.</summary>
public static class EngineHost
{
    /// <summary>
    /// Serves until <paramref name="input"/> ends, which it does too when the node at its other end dies, and then ends the process at
    /// once: the kernel frees what the model held, and nothing that hangs in llama.cpp can keep it. Returns only where the model could not
    /// be started.
    /// </summary>
    public static void Run(Stream input, Stream output)
    {
        var orders = new LineReader<EngineOrder>(input, EngineJson.Default.EngineOrder);
        var replies = new LineWriter<EngineReply>(output, EngineJson.Relaxed.EngineReply);
        if (orders.Read() is not StartOrder start || Start(start, replies) is not { } engine)
        {
            replies.Complete();
            return;
        }

        var server = new OrderServer(engine, replies);
        replies.Add(new ReadyReply(start.Id, engine.Model, engine.Options, engine.Processors));
        while (orders.Read() is { } order)
        {
            server.Take(order);
        }

        using Process self = Process.GetCurrentProcess();
        self.Kill();
    }

    private static Engine? Start(StartOrder order, LineWriter<EngineReply> replies)
    {
        try
        {
            return Engine.Start(LlamaLibrary.Load(), order.Options);
        }
        catch (Exception e) when (e is ModelException or LlamaLibraryException)
        {
            replies.Add(new FailedReply(order.Id, EngineFault.Of(e)));
            return null;
        }
    }
}
