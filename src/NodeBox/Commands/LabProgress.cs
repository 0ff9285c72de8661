using NodeBox.Lab;

namespace NodeBox.Commands;

/// <summary>Says on stderr how far a lab has come.</summary>
internal sealed class LabProgress : IProgress<LabState>
{
    private int _ready = -1;

    public void Report(LabState lab)
    {
        int ready = lab.Nodes.Count(static node => node.Ready);
        if (ready == _ready)
        {
            return;
        }

        _ready = ready;
        Console.Error.WriteLine($"{lab.Name}: {ready} of {lab.Nodes.Count} nodes ready");
    }
}
