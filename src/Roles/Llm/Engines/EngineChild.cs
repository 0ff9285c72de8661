using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using NodeBox.Llama.Inference;
using NodeBox.Llama.Native;

namespace NodeBox.Roles.Llm.Engines;

/// <summary>Says how the process of a model is started: a program that runs <see cref="EngineHost"/> on its standard streams.</summary>
/// <param name="model">A name for people who look at the list of processes.</param>
public delegate ProcessStartInfo EngineProgram(string model);

/// <summary>One life of a model's process, from its start to its death, and the orders that it has.</summary>
/// <remarks>
/// The kernel's way to end a child with its parent, PR_SET_PDEATHSIG, is not used: it acts on the death of the thread that made the child
/// (prctl(2)), and the threads of a .NET program come and go. The process ends at the end of its input instead.
/// </remarks>
internal sealed class EngineChild
{
    // A single nudge can go unanswered where the whole machine was suspended for a while.
    private const int Nudges = 3;

    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_memoryInterval = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<long, PendingOrder> _pending = new();
    private readonly TaskCompletionSource<EngineEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;
    private readonly LineWriter<EngineOrder> _orders;
    private readonly LastLines _errors;
    private readonly Action<StepReply> _stepped;
    private long _lastId;
    private volatile bool _hasMoved;
    private volatile string _fault = "";
    private volatile Exception? _failure;

    private EngineChild(Process process, Action<StepReply> stepped)
    {
        _process = process;
        _stepped = stepped;
        ProcessId = process.Id;
        _orders = new LineWriter<EngineOrder>(process.StandardInput.BaseStream, EngineJson.Relaxed.EngineOrder);
        _errors = new LastLines(process.StandardError);
        new Thread(ReadAll) { Name = "engine pipe in", IsBackground = true }.Start();
    }

    public int ProcessId { get; }

    /// <summary>Why no orders are taken any more; null while they are.</summary>
    public Exception? Failure => _failure;

    /// <summary>Completes with the process's end.</summary>
    public Task<EngineEnd> Ended => _ended.Task;

    /// <summary>Starts a process; its first order must be a <see cref="StartOrder"/>.</summary>
    /// <param name="program">The program.</param>
    /// <param name="cpus">The processors that it and all its threads stay on; null for those of this process.</param>
    /// <param name="stepped">Called for each <see cref="StepReply"/>.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The program does not start.</exception>
    /// <exception cref="InvalidOperationException">It may not use these processors.</exception>
    public static EngineChild Start(ProcessStartInfo program, ProcessorSet? cpus, Action<StepReply> stepped)
    {
        program.RedirectStandardInput = true;
        program.RedirectStandardOutput = true;
        program.RedirectStandardError = true;

        // Only the process: threads of this one that were started meanwhile would stay on these processors, too.
        Process process = cpus is null ? Process.Start(program)! : cpus.Run(() => Process.Start(program)!);
        return new EngineChild(process, stepped);
    }

    /// <summary>Sends an order that has one reply, and waits for it.</summary>
    /// <param name="order">Makes the order, given its number.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="EngineFailedException">The process ended.</exception>
    public Task<TReply> CallAsync<TReply>(Func<long, EngineOrder> order, CancellationToken cancellationToken)
        where TReply : EngineReply
    {
        var call = new PendingCall<TReply>(order(Interlocked.Increment(ref _lastId)));
        Send(call, cancellationToken);
        return call.Reply;
    }

    /// <summary>Queues a generation; the result is there when it is accepted.</summary>
    /// <exception cref="EngineFailedException">The process ended.</exception>
    public Task<RunningGeneration> SubmitAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        var generation = new PendingGeneration(new GenerateOrder(Interlocked.Increment(ref _lastId), request));
        Send(generation, cancellationToken);
        return generation.Accepted;
    }

    /// <summary>
    /// Kills the process once its decode thread has not moved for <paramref name="limit"/>: it neither computed anything nor answered nudges.
    /// The result is there when the process has ended or been killed.
    /// </summary>
    public async Task WatchAsync(TimeSpan limit)
    {
        for (int missed = 0; missed < Nudges;)
        {
            _hasMoved = false;

            // Who writes to a process that does not read may be held up until it is killed.
            _ = Task.Run(() => _orders.Add(new NudgeOrder(0)));
            await Task.WhenAny(Ended, Task.Delay(limit / Nudges));
            if (Ended.IsCompleted)
            {
                return;
            }

            missed = _hasMoved ? 0 : missed + 1;
        }

        _fault = string.Create(CultureInfo.InvariantCulture, $" after it had not moved for {limit.TotalSeconds} s");
        Kill();
    }

    /// <summary>Kills the process once it has more than <paramref name="limit"/> bytes resident.</summary>
    public async Task WatchMemoryAsync(long limit)
    {
        using var timer = new PeriodicTimer(s_memoryInterval);
        while (await timer.WaitForNextTickAsync() && ProcessMemory.Of(ProcessId) is { } memory && !Ended.IsCompleted)
        {
            if (memory.Resident > limit)
            {
                _fault = $" after it had {memory.Resident >> 20} MiB of memory, of which it may have {limit >> 20} MiB";
                Kill();
                return;
            }
        }
    }

    /// <summary>
    /// Fails all orders, those to come too, and ends the process: by the end of its input, or by force if that takes longer than
    /// <paramref name="patience"/>.
    /// </summary>
    public async Task StopAsync(Exception reason, TimeSpan patience)
    {
        Fail(reason);
        _orders.Complete();
        try
        {
            await Ended.WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            Kill();
            await Ended;
        }
    }

    private void Send(PendingOrder pending, CancellationToken cancellationToken)
    {
        long id = pending.Order.Id;
        _pending[id] = pending;
        pending.Cancelling = cancellationToken.Register(() => Cancel(id, cancellationToken));
        _orders.Add(pending.Order);
        if (_failure is { } failure)
        {
            End(id, failure);
        }
        else if (cancellationToken.IsCancellationRequested)
        {
            // It may have been cancelled before it was sent.
            _orders.Add(new CancelOrder(id));
        }
    }

    private void Cancel(long id, CancellationToken cancellationToken)
    {
        End(id, new OperationCanceledException(cancellationToken));
        _orders.Add(new CancelOrder(id));
    }

    private void End(long id, Exception error)
    {
        if (_pending.TryRemove(id, out PendingOrder? pending))
        {
            pending.Fail(error);
            pending.Cancelling.Unregister();
        }
    }

    private void Fail(Exception reason)
    {
        _failure ??= reason;
        foreach (long id in _pending.Keys)
        {
            End(id, reason);
        }
    }

    private void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended meanwhile.
        }
    }

    private void ReadAll()
    {
        var replies = new LineReader<EngineReply>(_process.StandardOutput.BaseStream, EngineJson.Default.EngineReply);
        try
        {
            while (replies.Read() is { } reply)
            {
                Take(reply);
            }
        }
        catch (Exception e) when (e is IOException or JsonException or NotSupportedException or InvalidDataException)
        {
            _fault = $" after a reply that is none ({e.Message})";
        }

        // It ends by itself only after its output did, which nothing but its death closes.
        _process.Kill();
        _process.WaitForExit();
        _orders.Complete();
        string how = $"its process {ProcessId} {EngineEnd.Describe(_process.ExitCode)}{_fault}";
        Fail(new EngineFailedException(how, s_retry));
        var end = new EngineEnd(how, _errors.Read(s_lastWords));

        // The process leaves its streams to who has used them.
        _process.StandardOutput.Dispose();
        _process.StandardError.Dispose();
        _process.Dispose();
        _ended.SetResult(end);
    }

    private void Take(EngineReply reply)
    {
        // Other replies come from other threads than the one that decodes.
        _hasMoved |= reply is StepReply or EmbeddingReply;
        if (reply is StepReply step)
        {
            _stepped(step);
        }
        else if (_pending.TryGetValue(reply.Id, out PendingOrder? pending) && pending.Take(reply))
        {
            _pending.TryRemove(reply.Id, out _);
            pending.Cancelling.Unregister();
        }
    }
}
