using NodeBox.Llama;
using NodeBox.Training;

const string usage = """
    Trains and measures the testbed model. Run it in the repository's root: it reads agents/.

      train     --out models/testbed.gguf --checkpoint out/training.state --steps 8000 --until 8000 --seed 1 [--from MODEL]
                Goes on from the checkpoint where there is one. The rates fall to nothing at --steps; --until ends it before.
                --from begins with a trained model's weights and half the rates: take another seed, or it sees the same dialogues again.
      evaluate  --model models/testbed.gguf --tasks 200 --constraint none|tools|numbers --failures 0
      show      --model models/testbed.gguf --dialogues 10 --seed 1
                Dialogues as they are trained on; the model is only needed for its tokens.
    """;

try
{
    switch (args)
    {
        case ["train", .. string[] options]:
            TrainCommand.Run(new Arguments(options, "--out", "--checkpoint", "--steps", "--until", "--seed", "--from"));
            return 0;
        case ["evaluate", .. string[] options]:
            await EvaluateCommand.RunAsync(new Arguments(options, "--model", "--tasks", "--constraint", "--failures"));
            return 0;
        case ["show", .. string[] options]:
            ShowCommand.Run(new Arguments(options, "--model", "--dialogues", "--seed"));
            return 0;
        default:
            Console.Error.WriteLine(usage);
            return 2;
    }
}
catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException or ModelException or LlamaLibraryException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
