using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NodeBox.Llama;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Inference;

namespace NodeBox.Roles.Llm.Engines;

/// <summary>
/// A model that runs in a process of its own, so that an abort inside llama.cpp ends nothing else. One that ends is started again.
/// </summary>
internal sealed class ModelProcess : IInferenceEngine
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_leastRetry = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly RestartBackoff _backoff = new();
    private readonly string _name;
    private readonly EngineOptions _asked;
    private readonly ProcessLimits _limits;
    private readonly EngineProgram _program;
    private readonly ILogger _log;
    private volatile EngineFailedException? _failure;
    private volatile StepReply? _step;
    private volatile EngineChild _child = null!;
    private ReadyReply _ready = null!;
    private Task _supervision = Task.CompletedTask;
    private long _startedAt;
    private long _restarts;

    private ModelProcess(string name, EngineOptions options, ProcessLimits limits, EngineProgram program, ILogger log)
    {
        _name = name;
        _asked = options;
        _limits = limits;
        _program = program;
        _log = log;
    }

    public event Action<DecodeStep>? Stepped;

    public EngineOptions Options => _ready.Options;

    public ModelInfo Model => _ready.Model;

    public int Processors => _ready.Processors;

    public int ProcessId => _child.ProcessId;

    public EngineState State => new(_failure ?? _child.Failure as EngineFailedException, Interlocked.Read(ref _restarts));

    public EngineLoad Load => _step?.Load ?? default;

    /// <summary>Starts the process; the result is there when the model is loaded.</summary>
    /// <param name="name">The model, for the log and for people.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="limits">What its process is held to.</param>
    /// <param name="program">What to start.</param>
    /// <param name="log">Says when the process ends and is started again.</param>
    /// <exception cref="ModelException">The model cannot be used, or not with these options.</exception>
    /// <exception cref="LlamaLibraryException">llama.cpp is missing or not the one this program was built for.</exception>
    public static async Task<ModelProcess> StartAsync(
        string name, EngineOptions options, ProcessLimits limits, EngineProgram program, ILogger log)
    {
        var model = new ModelProcess(name, options, limits, program, log);
        try
        {
            await model.StartChildAsync();
        }
        catch (EngineFailedException)
        {
            throw new ModelException($"The model {options.ModelPath} cannot be loaded: {await model._child.Ended}.");
        }
        catch (Win32Exception e)
        {
            throw new ModelException($"The process of the model {options.ModelPath} cannot be started: {e.Message}.");
        }

        model._supervision = model.SuperviseAsync();
        return model;
    }

    public async Task<int[]> TokenizeAsync(IReadOnlyList<PromptPart> prompt, CancellationToken cancellationToken)
    {
        TokensReply reply = await Child().CallAsync<TokensReply>(id => new TokenizeOrder(id, prompt), cancellationToken);
        return reply.Tokens;
    }

    public async Task<string> DetokenizeAsync(IReadOnlyList<int> tokens, CancellationToken cancellationToken)
    {
        TextReply reply = await Child().CallAsync<TextReply>(id => new DetokenizeOrder(id, tokens), cancellationToken);
        return reply.Text;
    }

    public Task<RunningGeneration> SubmitAsync(GenerationRequest request, CancellationToken cancellationToken) =>
        Child().SubmitAsync(request, cancellationToken);

    public async Task<float[]> EmbedAsync(IReadOnlyList<int> tokens, TimeSpan deadline, CancellationToken cancellationToken)
    {
        EmbeddingReply reply = await Child().CallAsync<EmbeddingReply>(
            id => new EmbedOrder(id, tokens, deadline), cancellationToken);
        return reply.Values;
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync();
        await _child.StopAsync(new OperationCanceledException("The engine stopped."), s_patience);
        await _supervision;
    }

    private EngineChild Child()
    {
        ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
        return _failure is { } failure ? throw new EngineFailedException(failure.How, failure.RetryAfter) : _child;
    }

    private async Task StartChildAsync()
    {
        _startedAt = Stopwatch.GetTimestamp();
        _child = EngineChild.Start(_program(_name), _limits.Cpus, Take);
        if (_limits.Memory > 0)
        {
            _ = _child.WatchMemoryAsync(_limits.Memory);
        }

        _ready = await _child.CallAsync<ReadyReply>(id => new StartOrder(id, _asked), _stop.Token);
        if (_limits.HangTimeout > TimeSpan.Zero)
        {
            _ = _child.WatchAsync(_limits.HangTimeout);
        }

        _log.LogInformation("the model {Name} is computed by {Device}", _name, _ready.Model.Device);
    }

    private void Take(StepReply reply)
    {
        _step = reply;
        if (reply.Step is { } step)
        {
            Stepped?.Invoke(step);
        }
    }

    private async Task SuperviseAsync()
    {
        EngineEnd end = await _child.Ended;
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                TimeSpan delay = _backoff.Next(Stopwatch.GetElapsedTime(_startedAt));
                _failure = new EngineFailedException(end.How, delay < s_leastRetry ? s_leastRetry : delay);
                _step = null;
                Interlocked.Increment(ref _restarts);
                _log.LogError("the model {Name} failed: {End}; it is started again in {Delay} s", _name, end, delay.TotalSeconds);
                await Task.Delay(delay, _stop.Token);
                end = await RestartAsync();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            await _child.StopAsync(new OperationCanceledException("The engine stopped."), s_patience);
        }
    }

    /// <summary>Starts the process again; the result is there when it has ended, and says how.</summary>
    private async Task<EngineEnd> RestartAsync()
    {
        try
        {
            await StartChildAsync();
        }
        catch (EngineFailedException)
        {
            return await _child.Ended;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever keeps it from starting may pass, such as a processor that is offline.
            return new EngineEnd(e.Message.TrimEnd('.'), []);
        }

        _failure = null;
        _log.LogInformation(
            "the model {Name} serves again, {Seconds:0.0} s after its start", _name, Stopwatch.GetElapsedTime(_startedAt).TotalSeconds);
        return await _child.Ended;
    }
}
