using NodeBox.Llama;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Inference;
using NodeBox.Training.Domain;
using NodeBox.Training.Text;

namespace NodeBox.Training;

/// <summary>Writes dialogues to the console, as the model gets to read them.</summary>
internal static class ShowCommand
{
    public static void Run(Arguments arguments)
    {
        Settings settings = Settings.Read(Defaults.Prompts);
        var options = new EngineOptions(arguments.Text("--model", Defaults.Model)) { Context = 64, Threads = 1, Slots = 1 };
        using var engine = Engine.Start(LlamaLibrary.Load(), options);
        var encoder = new Encoder(engine);
        var draw = new Draw(new SeededRandom((ulong)arguments.Number("--seed", 1)), new Difficulty());
        for (int i = arguments.Number("--dialogues", 10); i > 0; i--)
        {
            Setting setting = settings.Draw(draw);
            Dialogue dialogue = new Requests(setting, draw).Next();
            int shared = encoder.Encode(setting).Length;
            int own = encoder.Encode(dialogue).Tokens.Length;
            Console.WriteLine($"--- {setting.Agent}, {setting.Tools.Count} tools, {shared} + {own} tokens");
            foreach (ChatMessage turn in dialogue.AllTurns().Skip(1))
            {
                string text = turn.ToolCalls is [{ } call] ? $"{call.Name} {call.Arguments}" : turn.Content;
                int tokens = engine.Tokenize([new PromptPart(text, false)]).Length - 1;
                Console.WriteLine($"{turn.Role}: {text}  [{tokens}]");
            }
        }
    }
}
