namespace NodeBox.Analysis;

/// <summary>A run folder cannot be analysed. The message names the file and says what is wrong with it.</summary>
public sealed class RunFolderException : Exception
{
    public RunFolderException(string message)
        : base(message)
    {
    }

    public RunFolderException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
