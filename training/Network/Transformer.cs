namespace NodeBox.Training.Network;

/// <summary>
/// A LLaMA transformer over one batch at a time: RMS norms, rotary positions, SwiGLU, no biases, the embedding as output matrix. It reads
/// the weights and adds to gradients of its own; several can work on the same weights at once.
/// </summary>
internal sealed unsafe class Transformer : IDisposable
{
    private readonly Shape _shape;
    private readonly Parameters _parameters;
    private readonly int _maxRows;
    private readonly int _maxWeights;
    private readonly int _maxPositions;
    private readonly BlockActivations[] _blocks;
    private readonly Rope _rope;
    private readonly Attention _attention;
    private readonly Buffer _state;
    private readonly Buffer _scales;
    private readonly Buffer _final;
    private readonly Buffer _chosen;
    private readonly Buffer _logits;
    private readonly Buffer _dState;
    private readonly Buffer _dNormed;
    private readonly Buffer _dQueries;
    private readonly Buffer _dKeys;
    private readonly Buffer _dValues;
    private readonly Buffer _dHidden;
    private float* _w;
    private int _rows;

    /// <param name="shape">The network's sizes.</param>
    /// <param name="maxRows">The most tokens of a batch.</param>
    /// <param name="maxWeights">The most attention weights of a batch and one head, by <see cref="Attention.WeightsOf"/>.</param>
    /// <param name="maxPositions">The most tokens of a segment and its prefix.</param>
    public Transformer(Shape shape, int maxRows, int maxWeights, int maxPositions)
    {
        _shape = shape;
        _parameters = new Parameters(shape);
        _maxRows = maxRows;
        _maxWeights = maxWeights;
        _maxPositions = maxPositions;
        int rows = maxRows + Gemm.RowStep;
        _blocks = [.. Enumerable.Range(0, shape.Layers).Select(_ => new BlockActivations(shape, rows, maxWeights * shape.Heads))];
        _rope = new Rope(maxPositions);
        _attention = new Attention(shape.Width, maxPositions);
        Buffer Wide() => new((long)rows * shape.Width);
        (_state, _final, _chosen, _dState, _dNormed) = (Wide(), Wide(), Wide(), Wide(), Wide());
        (_dQueries, _dKeys, _dValues) = (Wide(), Wide(), Wide());
        _scales = new Buffer(rows);
        _logits = new Buffer((long)rows * shape.Vocabulary);
        _dHidden = new Buffer((long)rows * shape.FeedForward);
        Gradients = new Buffer(_parameters.Length);
    }

    /// <summary>Sums of gradients since they were last cleared, laid out as <see cref="Parameters"/>.</summary>
    public Buffer Gradients { get; }

    /// <summary>The logits of the rows that have targets, in order, after <see cref="Forward"/>.</summary>
    public ReadOnlySpan<float> LogitsOf(int target) => new(_logits.Start + ((nint)target * _shape.Vocabulary), _shape.Vocabulary);

    /// <summary>Adds the gradients of a batch.</summary>
    /// <returns>The sum of the targets' losses, in nats, and how many of them it gave more than half of the probability.</returns>
    public (double Loss, int Right) Learn(Buffer weights, Batch batch)
    {
        int targets = Forward(weights, batch);
        (double loss, int right) = Loss(batch, targets);
        Backward(batch, targets);
        return (loss, right);
    }

    /// <summary>Computes the logits of the rows that have targets.</summary>
    /// <returns>How many there are.</returns>
    public int Forward(Buffer weights, Batch batch)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batch.Tokens.Length, _maxRows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batch.Segments.Sum(Attention.WeightsOf), _maxWeights);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batch.Segments.Max(static segment => segment.Keys), _maxPositions);
        _w = weights.Start;
        _rows = RoundUp(batch.Tokens.Length);
        int width = _shape.Width;
        for (int row = 0; row < batch.Tokens.Length; row++)
        {
            Copy(At(_parameters.Embedding) + ((nint)batch.Tokens[row] * width), _state.Start + ((nint)row * width));
        }

        // The rows that round the batch up take part in everything, so they must be finite.
        new Span<float>(_state.Start + ((nint)batch.Tokens.Length * width), (_rows - batch.Tokens.Length) * width).Clear();
        for (int layer = 0; layer < _blocks.Length; layer++)
        {
            Forward(_parameters.Blocks[layer], _blocks[layer], batch);
        }

        Rows.Norm(_state.Start, At(_parameters.OutputNorm), _final.Start, _scales.Start, _rows, width);
        int targets = 0;
        for (int row = 0; row < batch.Tokens.Length; row++)
        {
            if (batch.Targets[row] >= 0)
            {
                Copy(_final.Start + ((nint)row * width), _chosen.Start + ((nint)targets++ * width));
            }
        }

        Matrix output = new Matrix(At(_parameters.Embedding), width).Transposed;
        var logits = new Matrix(_logits.Start, _shape.Vocabulary);
        Gemm.Multiply(RoundUp(targets), _shape.Vocabulary, width, Wide(_chosen), output, logits);
        return targets;
    }

    public void Dispose()
    {
        foreach (BlockActivations block in _blocks)
        {
            block.Dispose();
        }

        _rope.Dispose();
        _attention.Dispose();
        Buffer[] all = [_state, _scales, _final, _chosen, _logits, _dState, _dNormed, _dQueries, _dKeys, _dValues, _dHidden, Gradients];
        foreach (Buffer buffer in all)
        {
            buffer.Dispose();
        }
    }

    private void Forward(Block block, BlockActivations kept, Batch batch)
    {
        int width = _shape.Width;
        Copy(_state, kept.Input, width);
        Rows.Norm(kept.Input.Start, At(block.AttentionNorm), kept.AttentionNormed.Start, kept.AttentionScales.Start, _rows, width);
        Matrix normed = Wide(kept.AttentionNormed);
        Apply(block.Query, normed, kept.Queries);
        Apply(block.Key, normed, kept.Keys);
        Apply(block.Value, normed, kept.Values);
        float* weights = kept.Weights.Start;
        foreach (Segment segment in batch.Segments)
        {
            _rope.Turn(kept.Queries.Start, segment, width);
            _rope.Turn(kept.Keys.Start, segment, width);
            for (int at = 0; at < width; at += Shape.HeadWidth)
            {
                _attention.Forward(
                    segment, kept.Queries.Start + at, kept.Keys.Start + at, kept.Values.Start + at, kept.Attended.Start + at, weights);
                weights += Attention.WeightsOf(segment);
            }
        }

        Apply(block.Output, Wide(kept.Attended), _state, accumulate: true);
        Copy(_state, kept.Middle, width);
        Rows.Norm(kept.Middle.Start, At(block.FeedForwardNorm), kept.FeedForwardNormed.Start, kept.FeedForwardScales.Start, _rows, width);
        normed = Wide(kept.FeedForwardNormed);
        Apply(block.Gate, normed, kept.Gate);
        Apply(block.Up, normed, kept.Up);
        Rows.SwiGlu(kept.Gate.Start, kept.Up.Start, kept.Hidden.Start, (long)_rows * _shape.FeedForward);
        Apply(block.Down, new Matrix(kept.Hidden.Start, _shape.FeedForward), _state, accumulate: true);
    }

    // Leaves the gradients of the logits in their place.
    private (double Loss, int Right) Loss(Batch batch, int targets)
    {
        double loss = 0;
        int right = 0;
        int target = 0;
        foreach (int token in batch.Targets)
        {
            if (token >= 0)
            {
                float* row = _logits.Start + ((nint)target++ * _shape.Vocabulary);
                Rows.Softmax(row, _shape.Vocabulary, _shape.Vocabulary, 1);
                right += row[token] > 0.5f ? 1 : 0;
                loss -= Math.Log(row[token] + 1e-12);
                row[token] -= 1;
            }
        }

        new Span<float>(_logits.Start + ((nint)targets * _shape.Vocabulary), (RoundUp(targets) - targets) * _shape.Vocabulary).Clear();
        return (loss, right);
    }

    private void Backward(Batch batch, int targets)
    {
        int width = _shape.Width;
        var dLogits = new Matrix(_logits.Start, _shape.Vocabulary);
        var embedding = new Matrix(At(_parameters.Embedding), width);
        Gemm.Multiply(RoundUp(targets), width, _shape.Vocabulary, dLogits, embedding, Wide(_dNormed));
        var dEmbedding = new Matrix(Gradient(_parameters.Embedding), width);
        Gemm.Multiply(_shape.Vocabulary, width, targets, dLogits.Transposed, Wide(_chosen), dEmbedding, accumulate: true);

        _dQueries.Clear();
        int target = 0;
        for (int row = 0; row < batch.Tokens.Length; row++)
        {
            if (batch.Targets[row] >= 0)
            {
                Copy(_dNormed.Start + ((nint)target++ * width), _dQueries.Start + ((nint)row * width));
            }
        }

        _dState.Clear();
        NormBackward(_state, _parameters.OutputNorm, _scales, _dQueries);
        for (int layer = _blocks.Length - 1; layer >= 0; layer--)
        {
            Backward(_parameters.Blocks[layer], _blocks[layer], batch);
        }

        for (int row = 0; row < batch.Tokens.Length; row++)
        {
            Rows.Add(_dState.Start + ((nint)row * width), dEmbedding.Start + ((nint)batch.Tokens[row] * width), width);
        }
    }

    private void Backward(Block block, BlockActivations kept, Batch batch)
    {
        int width = _shape.Width;
        Matrix dState = Wide(_dState);
        Learn(block.Down, new Matrix(kept.Hidden.Start, _shape.FeedForward), dState);
        Unapply(block.Down, dState, new Matrix(_dHidden.Start, _shape.FeedForward));
        Rows.SwiGluBackward(kept.Gate.Start, kept.Up.Start, _dHidden.Start, (long)_rows * _shape.FeedForward);
        var dGate = new Matrix(kept.Gate.Start, _shape.FeedForward);
        var dUp = new Matrix(kept.Up.Start, _shape.FeedForward);
        Learn(block.Gate, Wide(kept.FeedForwardNormed), dGate);
        Learn(block.Up, Wide(kept.FeedForwardNormed), dUp);
        Unapply(block.Gate, dGate, Wide(_dNormed));
        Unapply(block.Up, dUp, Wide(_dNormed), accumulate: true);
        NormBackward(kept.Middle, block.FeedForwardNorm, kept.FeedForwardScales, _dNormed);

        Learn(block.Output, Wide(kept.Attended), dState);
        Unapply(block.Output, dState, Wide(_dNormed));
        AttentionBackward(kept, batch);
        Matrix normed = Wide(kept.AttentionNormed);
        Learn(block.Query, normed, Wide(_dQueries));
        Learn(block.Key, normed, Wide(_dKeys));
        Learn(block.Value, normed, Wide(_dValues));
        Unapply(block.Query, Wide(_dQueries), Wide(_dNormed));
        Unapply(block.Key, Wide(_dKeys), Wide(_dNormed), accumulate: true);
        Unapply(block.Value, Wide(_dValues), Wide(_dNormed), accumulate: true);
        NormBackward(kept.Input, block.AttentionNorm, kept.AttentionScales, _dNormed);
    }

    // A prefix comes before the segments that add to its keys and values, and is turned back after them all.
    private void AttentionBackward(BlockActivations kept, Batch batch)
    {
        int width = _shape.Width;
        _dQueries.Clear();
        _dKeys.Clear();
        _dValues.Clear();
        float* weights = kept.Weights.Start;
        foreach (Segment segment in batch.Segments)
        {
            for (int at = 0; at < width; at += Shape.HeadWidth)
            {
                _attention.Backward(
                    segment,
                    kept.Queries.Start + at,
                    kept.Keys.Start + at,
                    kept.Values.Start + at,
                    weights,
                    _dNormed.Start + at,
                    _dQueries.Start + at,
                    _dKeys.Start + at,
                    _dValues.Start + at);
                weights += Attention.WeightsOf(segment);
            }
        }

        foreach (Segment segment in batch.Segments)
        {
            _rope.Turn(_dQueries.Start, segment, width, back: true);
            _rope.Turn(_dKeys.Start, segment, width, back: true);
        }
    }

    private void Apply(Tensor tensor, Matrix x, Buffer y, bool accumulate = false) => Gemm.Multiply(
        _rows, tensor.Outputs, tensor.Inputs, x, new Matrix(At(tensor), tensor.Outputs), new Matrix(y.Start, tensor.Outputs), accumulate);

    private void Unapply(Tensor tensor, Matrix dy, Matrix dx, bool accumulate = false) => Gemm.Multiply(
        _rows, tensor.Inputs, tensor.Outputs, dy, new Matrix(At(tensor), tensor.Outputs).Transposed, dx, accumulate);

    private void Learn(Tensor tensor, Matrix x, Matrix dy) => Gemm.Multiply(
        tensor.Inputs, tensor.Outputs, _rows, x.Transposed, dy, new Matrix(Gradient(tensor), tensor.Outputs), accumulate: true);

    private void NormBackward(Buffer x, Tensor norm, Buffer scales, Buffer dy) => Rows.NormBackward(
        x.Start, At(norm), scales.Start, dy.Start, _dState.Start, Gradient(norm), _rows, _shape.Width);

    private float* At(Tensor tensor) => _w + tensor.Offset;

    private float* Gradient(Tensor tensor) => Gradients.Start + tensor.Offset;

    private Matrix Wide(Buffer rows) => new(rows.Start, _shape.Width);

    private void Copy(float* from, float* to) => new ReadOnlySpan<float>(from, _shape.Width).CopyTo(new Span<float>(to, _shape.Width));

    private void Copy(Buffer from, Buffer to, int width) => from.Span[..(_rows * width)].CopyTo(to.Span);

    private static int RoundUp(int rows) => (rows + Gemm.RowStep - 1) / Gemm.RowStep * Gemm.RowStep;
}
