using System.Runtime.InteropServices;

namespace NodeBox.Llama.Inference;

/// <summary>
/// Which tokens each sequence of a context holds. A new prompt begins with the longest beginning that it has in common with any sequence,
/// one in use or one that a finished request left; those left are forgotten when room is needed, the longest unused first.
/// </summary>
/// <param name="context">The context; nothing else may change its memory.</param>
/// <param name="sequences">All sequences of the context: more than are claimed whenever one is.</param>
/// <param name="capacity">Tokens that the context holds.</param>
/// <param name="keeps">Whether finished requests leave their tokens.</param>
internal sealed class KvCache(DecodeContext context, int sequences, int capacity, bool keeps)
{
    private readonly KvSequence[] _sequences = [.. Enumerable.Range(0, sequences).Select(id => new KvSequence(id))];
    private long _uses;

    /// <summary>Tokens held. Those that sequences share count for each, so this is never less than what the context has stored.</summary>
    public int Used => _sequences.Sum(sequence => sequence.Tokens.Count);

    /// <summary>
    /// A sequence for a prompt, which may hold a beginning of it already, but never all: the last token must be decoded to be sampled from.
    /// </summary>
    public KvSequence Claim(ReadOnlySpan<int> prompt)
    {
        (KvSequence? source, int shared) = keeps ? Longest(prompt[..^1]) : (null, 0);
        bool extends = source is { IsClaimed: false } && source.Tokens.Count == shared;
        KvSequence target = extends ? source! : _sequences.Where(sequence => !sequence.IsClaimed).MinBy(sequence => sequence.LastUse)!;
        if (target == source)
        {
            Cut(target, shared);
        }
        else
        {
            Cut(target, 0);
            Share(source, target, shared);
        }

        target.IsClaimed = true;
        target.LastUse = ++_uses;
        return target;
    }

    /// <summary>Gives a sequence back; what it holds may be used for other prompts.</summary>
    public void Release(KvSequence sequence)
    {
        sequence.IsClaimed = false;
        sequence.LastUse = ++_uses;
        if (!keeps)
        {
            Cut(sequence, 0);
        }
    }

    /// <summary>Gives a sequence back whose memory is not to be trusted.</summary>
    public void Discard(KvSequence sequence)
    {
        Cut(sequence, 0);
        sequence.IsClaimed = false;
        sequence.LastUse = 0;
    }

    /// <summary>Forgets what finished requests left until <paramref name="tokens"/> more have room.</summary>
    public void MakeRoom(int tokens)
    {
        while (Used + tokens > capacity && ForgetOldest())
        {
        }
    }

    /// <summary>Forgets what one finished request left; false if there is none.</summary>
    public bool ForgetOldest()
    {
        KvSequence? oldest = _sequences
            .Where(sequence => !sequence.IsClaimed && sequence.Tokens.Count > 0)
            .MinBy(sequence => sequence.LastUse);
        if (oldest is null)
        {
            return false;
        }

        Discard(oldest);
        return true;
    }

    private (KvSequence? Source, int Shared) Longest(ReadOnlySpan<int> prompt)
    {
        KvSequence? source = null;
        int longest = 0;
        foreach (KvSequence sequence in _sequences)
        {
            int shared = prompt.CommonPrefixLength(CollectionsMarshal.AsSpan(sequence.Tokens));
            if (shared > longest)
            {
                (source, longest) = (sequence, shared);
            }
        }

        return (source, longest);
    }

    private void Share(KvSequence? source, KvSequence target, int count)
    {
        if (source is not null)
        {
            context.Share(source.Id, target.Id, count);
            target.Tokens.AddRange(source.Tokens[..count]);
        }
    }

    private void Cut(KvSequence sequence, int count)
    {
        if (count == sequence.Tokens.Count)
        {
            return;
        }

        // A memory that cannot forget a part, such as a recurrent model's, forgets all.
        if (!context.Forget(sequence.Id, count))
        {
            context.Forget(sequence.Id);
            count = 0;
        }

        CollectionsMarshal.SetCount(sequence.Tokens, count);
    }
}
