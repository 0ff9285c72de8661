namespace NodeBox.Llama.Inference;

/// <summary>
/// Requests on their way to the decode thread, in order, and how many it works on. Those that were cancelled while they waited give their
/// place to others.
/// </summary>
/// <param name="slots">Requests that the decode thread works on at a time.</param>
/// <param name="limit">Requests that may wait besides.</param>
/// <param name="added">Called after one was added.</param>
internal sealed class RequestQueue<T>(int slots, int limit, Action added)
    where T : EngineRequest
{
    private readonly Lock _gate = new();
    private readonly Queue<T> _waiting = [];
    private int _active;
    private bool _closed;

    /// <summary>Requests that wait and were not cancelled.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count(request => !request.IsEnded);
            }
        }
    }

    /// <summary>Requests taken and not returned.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <exception cref="QueueFullException">As many wait as may.</exception>
    /// <exception cref="ObjectDisposedException">The queue was closed.</exception>
    public void Add(T request)
    {
        lock (_gate)
        {
            CheckRoom();
            _waiting.Enqueue(request);
        }

        added();
    }

    /// <summary>The next request that was not cancelled, if there is one, a slot is free, and it <paramref name="fits"/>.</summary>
    public T? Take(Func<T, bool> fits)
    {
        lock (_gate)
        {
            while (_active < slots && _waiting.TryPeek(out T? request) && (request.IsEnded || fits(request)))
            {
                _waiting.Dequeue();
                if (!request.IsEnded)
                {
                    _active++;
                    request.Begin();
                    return request;
                }

                request.Complete(request.EndReason());
            }

            return null;
        }
    }

    /// <summary>Frees the slot of a request that was taken.</summary>
    public void Return()
    {
        lock (_gate)
        {
            _active--;
        }
    }

    /// <summary>Takes no more requests, and ends those that wait.</summary>
    public void Close(Exception reason)
    {
        lock (_gate)
        {
            _closed = true;
            while (_waiting.TryDequeue(out T? request))
            {
                request.Complete(reason);
            }
        }
    }

    /// <summary>For who would do work for nothing: throws where <see cref="Add"/> would now.</summary>
    public void ThrowIfFull()
    {
        lock (_gate)
        {
            CheckRoom();
        }
    }

    private void CheckRoom()
    {
        ObjectDisposedException.ThrowIf(_closed, typeof(Engine));
        if (_active + _waiting.Count >= slots + limit)
        {
            RemoveEnded();
        }

        if (_active + _waiting.Count >= slots + limit)
        {
            throw new QueueFullException(limit);
        }
    }

    private void RemoveEnded()
    {
        for (int count = _waiting.Count; count > 0; count--)
        {
            T request = _waiting.Dequeue();
            if (request.IsEnded)
            {
                request.Complete(request.EndReason());
            }
            else
            {
                _waiting.Enqueue(request);
            }
        }
    }
}
