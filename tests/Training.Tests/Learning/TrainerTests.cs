using NodeBox.Training.Learning;
using NodeBox.Training.Network;

namespace NodeBox.Training.Tests.Learning;

public sealed class TrainerTests : IDisposable
{
    private static readonly Shape s_shape = new(Vocabulary: 64, Width: 32, Layers: 1, Heads: 1, FeedForward: 32);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("trainer-tests");

    [Fact]
    public void A_training_that_goes_on_from_a_checkpoint_ends_where_the_whole_training_ends()
    {
        using TrainingState whole = Train(new TrainingState(s_shape, seed: 1), to: 6);
        string checkpoint = Path.Combine(_directory.FullName, "state");
        using (TrainingState half = Train(new TrainingState(s_shape, seed: 1), to: 3))
        {
            half.Save(checkpoint);
        }

        var resumed = new TrainingState(s_shape, seed: 1);
        resumed.Load(checkpoint);
        using TrainingState rest = Train(resumed, to: 6);
        Assert.Equal(whole.Weights.Span, rest.Weights.Span);
    }

    [Fact]
    public void Learns_to_repeat_what_it_reads()
    {
        using var state = new TrainingState(s_shape, seed: 1);
        using var trainer = new Trainer(s_shape, new Plan(Steps: 150), state, Repetition);
        double first = trainer.Step().Loss;
        double last = first;
        while (state.Step < 150)
        {
            last = trainer.Step().Loss;
        }

        Assert.InRange(last, 0, first / 4);
    }

    [Fact]
    public void Refuses_a_checkpoint_of_another_network()
    {
        string checkpoint = Path.Combine(_directory.FullName, "state");
        using (var other = new TrainingState(s_shape with { Layers = 2 }, seed: 1))
        {
            other.Save(checkpoint);
        }

        using var state = new TrainingState(s_shape, seed: 1);
        Assert.Contains(checkpoint, Assert.Throws<IOException>(() => state.Load(checkpoint)).Message);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static TrainingState Train(TrainingState state, int to)
    {
        using var trainer = new Trainer(s_shape, new Plan(Steps: 6), state, Repetition);
        while (state.Step < to)
        {
            trainer.Step();
        }

        return state;
    }

    private static Batch Repetition(int step, int shard)
    {
        var random = SeededRandom.Of(2, step, shard);
        int[] tokens = [.. Enumerable.Range(0, 64).Select(_ => random.Next(s_shape.Vocabulary))];
        return new Batch(tokens, tokens, [new Segment(0, tokens.Length)]);
    }
}
