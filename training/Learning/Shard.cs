using NodeBox.Training.Domain;
using NodeBox.Training.Network;
using NodeBox.Training.Text;

namespace NodeBox.Training.Learning;

/// <summary>Makes the batches of a training: each is one setting and as many dialogues in it as fit.</summary>
internal sealed class Shard(Encoder encoder, Settings settings, ulong seed)
{
    /// <summary>Tokens of a batch, at most.</summary>
    public const int MaxRows = 1280;

    /// <summary>Tokens of a setting and a dialogue together, at most; longer ones are not learnt from.</summary>
    public const int MaxPositions = 1024;

    private const double CurriculumSteps = 500;

    /// <summary>The batch of a step, a function of the training's seed, the step, and which shard this is.</summary>
    public Batch Next(int step, int shard)
    {
        var draw = new Draw(SeededRandom.Of(seed, step, shard), DifficultyOf(step));
        Setting setting = settings.Draw(draw);
        int[] prefix = encoder.Encode(setting);
        var tokens = new List<int>(prefix);
        var targets = new List<int>(Enumerable.Repeat(-1, prefix.Length));
        var segments = new List<Segment> { new(0, prefix.Length) };
        var requests = new Requests(setting, draw);
        while (true)
        {
            EncodedDialogue next = encoder.Encode(requests.Next());
            if (prefix.Length + next.Tokens.Length > MaxPositions)
            {
                continue;
            }

            if (tokens.Count + next.Tokens.Length > MaxRows)
            {
                return new Batch([.. tokens], [.. targets], [.. segments]);
            }

            segments.Add(new Segment(tokens.Count, next.Tokens.Length, 0, prefix.Length));
            tokens.AddRange(next.Tokens);
            targets.AddRange(next.Targets);
        }
    }

    // Short ids and single requests first: copying is learnt there in a fraction of the time, and then carries over.
    private static Difficulty DifficultyOf(int step)
    {
        double done = Math.Min(1, step / CurriculumSteps);
        return new Difficulty(LongestId: 3 + (int)(9 * done), MostClauses: done < 0.3 ? 1 : done < 0.7 ? 2 : 3);
    }
}
