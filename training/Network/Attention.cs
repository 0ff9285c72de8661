namespace NodeBox.Training.Network;

/// <summary>
/// Causal attention of one segment and one head, forward and backward. Keys and values of prefix and segment are gathered side by side;
/// queries are taken in blocks, so that what the mask forbids is mostly not computed.
/// </summary>
internal sealed unsafe class Attention : IDisposable
{
    private const int Width = Shape.HeadWidth;
    private const int QueryBlock = 64;
    private static readonly float s_scale = 1 / MathF.Sqrt(Width);

    private readonly int _rowWidth;
    private readonly Buffer _keys;
    private readonly Buffer _values;
    private readonly Buffer _dKeys;
    private readonly Buffer _dValues;
    private readonly Buffer _dScores;
    private readonly Buffer _part;

    /// <param name="rowWidth">Floats from one row of queries to the next.</param>
    /// <param name="maxKeys">The most tokens that one attends to.</param>
    public Attention(int rowWidth, int maxKeys)
    {
        _rowWidth = rowWidth;
        int keys = Padded(maxKeys);
        _keys = new Buffer(keys * Width);
        _values = new Buffer(keys * Width);
        _dKeys = new Buffer(keys * Width);
        _dValues = new Buffer(keys * Width);
        _dScores = new Buffer(QueryBlock * keys);
        _part = new Buffer(QueryBlock * Width);
    }

    /// <summary>Floats that the attention weights of a segment take.</summary>
    public static int WeightsOf(Segment segment) => RoundUp(segment.Length, Gemm.RowStep) * Padded(segment.Keys);

    /// <summary>
    /// Computes a head's output and keeps its attention weights. All pointers but the last are to the head's first float.
    /// </summary>
    public void Forward(Segment segment, float* queries, float* keys, float* values, float* output, float* weights)
    {
        int stride = Padded(segment.Keys);
        GatherTransposed(segment, keys, _keys.Start, stride);
        Gather(segment, values, _values.Start);
        for (int first = 0; first < segment.Length; first += QueryBlock)
        {
            int count = Math.Min(QueryBlock, segment.Length - first);
            int rows = RoundUp(count, Gemm.RowStep);
            int visible = Padded(segment.PrefixLength + first + count);
            float* w = weights + ((nint)first * stride);
            var scores = new Matrix(w, stride);
            Gemm.Multiply(rows, visible, Width, At(queries, segment, first), new Matrix(_keys.Start, stride), scores);
            for (int i = 0; i < count; i++)
            {
                Rows.Softmax(w + ((nint)i * stride), segment.PrefixLength + first + i + 1, visible, s_scale);
            }

            var part = new Matrix(_part.Start, Width);
            Gemm.Multiply(rows, Width, visible, scores, new Matrix(_values.Start, Width), part);
            Copy(_part.Start, At(output, segment, first).Start, count);
        }
    }

    /// <summary>
    /// Writes the gradient of the segment's queries, and adds to those of keys and values, prefix included, given that of the output.
    /// </summary>
    public void Backward(
        Segment segment,
        float* queries,
        float* keys,
        float* values,
        float* weights,
        float* dOutput,
        float* dQueries,
        float* dKeys,
        float* dValues)
    {
        int stride = Padded(segment.Keys);
        Gather(segment, keys, _keys.Start);
        GatherTransposed(segment, values, _values.Start, stride);
        _dKeys.Span[..(stride * Width)].Clear();
        _dValues.Span[..(stride * Width)].Clear();
        for (int first = 0; first < segment.Length; first += QueryBlock)
        {
            int count = Math.Min(QueryBlock, segment.Length - first);
            int rows = RoundUp(count, Gemm.RowStep);
            int visible = Padded(segment.PrefixLength + first + count);
            float* w = weights + ((nint)first * stride);
            var dScores = new Matrix(_dScores.Start, visible);
            Matrix dOut = At(dOutput, segment, first);
            Gemm.Multiply(rows, visible, Width, dOut, new Matrix(_values.Start, stride), dScores);
            for (int i = 0; i < count; i++)
            {
                Rows.SoftmaxBackward(w + ((nint)i * stride), _dScores.Start + ((nint)i * visible), visible, s_scale);
            }

            Gemm.Multiply(rows, Width, visible, dScores, new Matrix(_keys.Start, Width), new Matrix(_part.Start, Width));
            Copy(_part.Start, At(dQueries, segment, first).Start, count);
            Matrix q = At(queries, segment, first);
            Gemm.Multiply(visible, Width, count, dScores.Transposed, q, new Matrix(_dKeys.Start, Width), accumulate: true);
            Matrix attended = new Matrix(w, stride).Transposed;
            Gemm.Multiply(visible, Width, count, attended, dOut, new Matrix(_dValues.Start, Width), accumulate: true);
        }

        Scatter(segment, _dKeys.Start, dKeys);
        Scatter(segment, _dValues.Start, dValues);
    }

    public void Dispose()
    {
        foreach (Buffer buffer in new[] { _keys, _values, _dKeys, _dValues, _dScores, _part })
        {
            buffer.Dispose();
        }
    }

    private static int Padded(int keys) => RoundUp(keys, Gemm.PanelWidth);

    private static int RoundUp(int count, int step) => (count + step - 1) / step * step;

    private Matrix At(float* rows, Segment segment, int row) => new(rows + ((nint)(segment.Start + row) * _rowWidth), _rowWidth);

    private static int RowOf(Segment segment, int key) =>
        key < segment.PrefixLength ? segment.PrefixStart + key : segment.Start + key - segment.PrefixLength;

    private void Gather(Segment segment, float* from, float* to)
    {
        for (int key = 0; key < segment.Keys; key++)
        {
            float* row = from + ((nint)RowOf(segment, key) * _rowWidth);
            new ReadOnlySpan<float>(row, Width).CopyTo(new Span<float>(to + (key * Width), Width));
        }

        // What the padding holds is multiplied by zero, so it must be finite.
        new Span<float>(to + (segment.Keys * Width), (Padded(segment.Keys) - segment.Keys) * Width).Clear();
    }

    private void GatherTransposed(Segment segment, float* from, float* to, int stride)
    {
        new Span<float>(to, stride * Width).Clear();
        for (int key = 0; key < segment.Keys; key++)
        {
            float* row = from + ((nint)RowOf(segment, key) * _rowWidth);
            for (int i = 0; i < Width; i++)
            {
                to[(i * stride) + key] = row[i];
            }
        }
    }

    private void Scatter(Segment segment, float* from, float* to)
    {
        for (int key = 0; key < segment.Keys; key++)
        {
            Rows.Add(from + (key * Width), to + ((nint)RowOf(segment, key) * _rowWidth), Width);
        }
    }

    private void Copy(float* from, float* to, int rows)
    {
        for (int i = 0; i < rows; i++)
        {
            new ReadOnlySpan<float>(from + (i * Width), Width).CopyTo(new Span<float>(to + ((nint)i * _rowWidth), Width));
        }
    }
}
