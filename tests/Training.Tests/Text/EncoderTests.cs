using NodeBox.Llama.Chat;
using NodeBox.Training.Domain;
using NodeBox.Training.Text;

namespace NodeBox.Training.Tests.Text;

public sealed class EncoderTests(TestModel model) : IClassFixture<TestModel>
{
    [Fact]
    public void Every_decision_is_learnt_after_exactly_the_tokens_of_its_prompt()
    {
        var encoder = new Encoder(model.Engine);
        var draw = new Draw(new SeededRandom(21), new Difficulty());
        for (int i = 0; i < 50; i++)
        {
            Setting setting = model.Settings.Draw(draw);
            Dialogue dialogue = new Requests(setting, draw).Next();
            EncodedDialogue encoded = encoder.Encode(dialogue);
            int[] tokens = [.. encoder.Encode(setting), .. encoded.Tokens];
            for (int step = 0; step <= dialogue.Steps.Count; step++)
            {
                int[] prompt = model.Engine.Tokenize(ChatMl.Render(dialogue.Turns(step), setting.Tools));
                Assert.Equal(prompt, tokens[..prompt.Length]);
                Assert.True(encoded.Targets[prompt.Length - 1 - (tokens.Length - encoded.Tokens.Length)] >= 0);
            }
        }
    }

    [Fact]
    public void What_the_assistant_says_is_learnt_and_nothing_else()
    {
        var encoder = new Encoder(model.Engine);
        Setting setting = model.Settings.Full("agent-a", Settings.MaxId);
        var step = new Step(ToolList.LookupOrder, "{\"order_id\":12}", "error: no order 12");
        EncodedDialogue encoded = encoder.Encode(new Dialogue(setting, "Check order 12.", [step], "there is no order 12."));
        string said = string.Concat(encoded.Targets.Where(static target => target >= 0).Select(model.Vocabulary.TextOf));
        Assert.Equal("{\"name\":\"db__lookup_order\",\"arguments\":{\"order_id\":12}}there is no order 12.", said);
        Assert.Equal(2, encoded.Targets.Count(target => target >= 0 && model.Vocabulary.TextOf(target) is null));
    }
}
