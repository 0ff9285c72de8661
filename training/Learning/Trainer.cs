using NodeBox.Training.Network;
using Buffer = NodeBox.Training.Network.Buffer;

namespace NodeBox.Training.Learning;

/// <summary>How a training goes.</summary>
/// <param name="Steps">Steps in all.</param>
/// <param name="MatrixRate">The greatest rate of the matrices' steps.</param>
/// <param name="OtherRate">The greatest rate of the steps of embedding and norms.</param>
internal sealed record Plan(int Steps, float MatrixRate = 0.02f, float OtherRate = 0.004f)
{
    private const int WarmUp = 50;
    private const double Constant = 0.4;

    /// <summary>Half the rates, for a network that is trained once more.</summary>
    public static Plan Again(int steps) => new(steps, MatrixRate: 0.01f, OtherRate: 0.002f);

    /// <summary>The share of the rates at a step from 0: it rises, stays, and falls linearly to nothing.</summary>
    public float RateAt(int step)
    {
        double done = (double)step / Steps;
        double falling = done < Constant ? 1 : (1 - done) / (1 - Constant);
        return (float)(Math.Min(1, (step + 1.0) / WarmUp) * falling);
    }
}

/// <summary>What a step saw.</summary>
internal readonly record struct Progress(int Step, double Loss, double Right, int Tokens);

/// <summary>
/// Trains a network, a step at a time. The batches of a step are fixed in number and their gradients are added in order, so the result
/// does not depend on how many threads there were.
/// </summary>
internal sealed unsafe class Trainer : IDisposable
{
    /// <summary>Batches of a step.</summary>
    public const int Shards = 2;

    private const float Friction = 0.95f;
    private const float Decay = 0.01f;
    private const int MaxWeights = (Shard.MaxRows + (64 * Gemm.RowStep)) * Shard.MaxPositions;

    private readonly Parameters _parameters;
    private readonly Plan _plan;
    private readonly Func<int, int, Batch> _next;
    private readonly Transformer[] _networks;
    private readonly Muon[] _muons;

    /// <param name="shape">The network's sizes.</param>
    /// <param name="plan">How the training goes.</param>
    /// <param name="state">Where it begins.</param>
    /// <param name="next">The batch of a step and a shard.</param>
    public Trainer(Shape shape, Plan plan, TrainingState state, Func<int, int, Batch> next)
    {
        _parameters = new Parameters(shape);
        _plan = plan;
        State = state;
        _next = next;
        _networks = [.. Enumerable.Range(0, Shards).Select(_ => new Transformer(shape, Shard.MaxRows, MaxWeights, Shard.MaxPositions))];
        int longest = _parameters.Matrices.Max(static matrix => matrix.Length);
        _muons = [.. Enumerable.Range(0, Shards).Select(_ => new Muon(longest))];
    }

    public TrainingState State { get; }

    public Progress Step()
    {
        var seen = new (double Loss, int Right, int Targets, int Rows)[Shards];
        Parallel.For(0, Shards, shard =>
        {
            Batch batch = _next(State.Step, shard);
            Transformer network = _networks[shard];
            network.Gradients.Clear();
            (double loss, int right) = network.Learn(State.Weights, batch);
            seen[shard] = (loss, right, batch.Targets.Count(static target => target >= 0), batch.Tokens.Length);
        });

        int targets = seen.Sum(static shard => shard.Targets);
        Buffer gradients = _networks[0].Gradients;
        for (int shard = 1; shard < Shards; shard++)
        {
            Rows.Add(_networks[shard].Gradients.Start, gradients.Start, _parameters.Length);
        }

        Update(gradients, 1f / targets);
        State.Step++;
        return new Progress(
            State.Step,
            seen.Sum(static shard => shard.Loss) / targets,
            (double)seen.Sum(static shard => shard.Right) / targets,
            seen.Sum(static shard => shard.Rows));
    }

    public void Dispose()
    {
        foreach (Transformer network in _networks)
        {
            network.Dispose();
        }

        foreach (Muon muon in _muons)
        {
            muon.Dispose();
        }
    }

    private void Update(Buffer gradients, float scale)
    {
        foreach (ref float gradient in gradients.Span)
        {
            gradient *= scale;
        }

        float share = _plan.RateAt(State.Step);
        float* w = State.Weights.Start;
        float* g = gradients.Start;
        float* first = State.First.Start;

        // A matrix's step needs no other's.
        Tensor[] matrices = [.. _parameters.Matrices];
        Parallel.For(0, Shards, worker =>
        {
            for (int i = worker; i < matrices.Length; i += Shards)
            {
                int at = matrices[i].Offset;
                _muons[worker].Step(matrices[i], w + at, g + at, first + at, _plan.MatrixRate * share, Friction, Decay);
            }
        });

        foreach (Tensor tensor in _parameters.Norms.Append(_parameters.Embedding))
        {
            int at = tensor.Offset;
            Adam.Step(tensor, w + at, g + at, first + at, State.Second.Start + at, _plan.OtherRate * share, State.Step + 1);
        }
    }
}
