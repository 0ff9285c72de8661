using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NodeBox.Training.Network;

/// <summary>
/// A matrix in memory: element (r, c) is at <c>Start[r * RowStep + c * ColumnStep]</c>. A transposed view swaps the steps.
/// </summary>
internal readonly unsafe struct Matrix(float* start, int rowStep, int columnStep = 1)
{
    public float* Start => start;

    public int RowStep => rowStep;

    public int ColumnStep => columnStep;

    public Matrix Transposed => new(Start, ColumnStep, RowStep);
}

/// <summary>
/// Matrix products in single precision, after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008): panels
/// of the right factor are packed so that they stay in the first-level cache, and a block of 8 x 32 results stays in registers. Sums are
/// taken in a fixed order, so the same factors give the same bits on every machine with fused multiply-add.
/// </summary>
internal static unsafe class Gemm
{
    /// <summary>Rows of results must come in multiples of this.</summary>
    public const int RowStep = 8;

    /// <summary>Columns of results must come in multiples of this.</summary>
    public const int PanelWidth = 32;

    private const int Depth = 128;
    private const int Lane = 16;

    /// <summary>
    /// C = A B, or C += A B if <paramref name="accumulate"/>. A has <paramref name="rows"/> rows and <paramref name="inner"/> columns,
    /// B <paramref name="columns"/> columns; C's columns are contiguous.
    /// </summary>
    public static void Multiply(int rows, int columns, int inner, Matrix a, Matrix b, Matrix c, bool accumulate = false)
    {
        float* panel = stackalloc float[(Depth * PanelWidth) + Lane];
        panel = (float*)(((nint)panel + 63) & ~63);
        for (int k = 0; k < inner; k += Depth)
        {
            int depth = Math.Min(Depth, inner - k);
            bool adds = accumulate || k > 0;
            for (int column = 0; column < columns; column += PanelWidth)
            {
                Pack(b, k, column, depth, panel);
                for (int row = 0; row < rows; row += RowStep)
                {
                    float* left = a.Start + ((nint)row * a.RowStep) + ((nint)k * a.ColumnStep);
                    float* result = c.Start + ((nint)row * c.RowStep) + column;
                    Block(depth, left, a.RowStep, a.ColumnStep, panel, result, c.RowStep, adds);
                }
            }
        }
    }

    private static void Pack(Matrix b, int firstRow, int firstColumn, int depth, float* panel)
    {
        float* source = b.Start + ((nint)firstRow * b.RowStep) + ((nint)firstColumn * b.ColumnStep);
        if (b.ColumnStep == 1)
        {
            for (int k = 0; k < depth; k++)
            {
                Vector512.Load(source).Store(panel);
                Vector512.Load(source + Lane).Store(panel + Lane);
                source += b.RowStep;
                panel += PanelWidth;
            }

            return;
        }

        for (int column = 0; column < PanelWidth; column++)
        {
            float* from = source + ((nint)column * b.ColumnStep);
            for (int k = 0; k < depth; k++)
            {
                panel[(k * PanelWidth) + column] = from[(nint)k * b.RowStep];
            }
        }
    }

    // The sixteen sums are locals because only locals become registers.
    private static void Block(int depth, float* a, nint rowStep, nint columnStep, float* panel, float* c, nint resultStep, bool adds)
    {
        Vector512<float> left0 = default;
        Vector512<float> right0 = default;
        Vector512<float> left1 = default;
        Vector512<float> right1 = default;
        Vector512<float> left2 = default;
        Vector512<float> right2 = default;
        Vector512<float> left3 = default;
        Vector512<float> right3 = default;
        Vector512<float> left4 = default;
        Vector512<float> right4 = default;
        Vector512<float> left5 = default;
        Vector512<float> right5 = default;
        Vector512<float> left6 = default;
        Vector512<float> right6 = default;
        Vector512<float> left7 = default;
        Vector512<float> right7 = default;
        float* a4 = a + (4 * rowStep);
        nint three = 3 * rowStep;
        for (int k = 0; k < depth; k++)
        {
            Vector512<float> left = Vector512.LoadAligned(panel);
            Vector512<float> right = Vector512.LoadAligned(panel + Lane);
            Add(*a, left, right, ref left0, ref right0);
            Add(a[rowStep], left, right, ref left1, ref right1);
            Add(a[2 * rowStep], left, right, ref left2, ref right2);
            Add(a[three], left, right, ref left3, ref right3);
            Add(*a4, left, right, ref left4, ref right4);
            Add(a4[rowStep], left, right, ref left5, ref right5);
            Add(a4[2 * rowStep], left, right, ref left6, ref right6);
            Add(a4[three], left, right, ref left7, ref right7);
            panel += PanelWidth;
            a += columnStep;
            a4 += columnStep;
        }

        Store(c, left0, right0, adds);
        Store(c + resultStep, left1, right1, adds);
        Store(c + (2 * resultStep), left2, right2, adds);
        Store(c + (3 * resultStep), left3, right3, adds);
        Store(c + (4 * resultStep), left4, right4, adds);
        Store(c + (5 * resultStep), left5, right5, adds);
        Store(c + (6 * resultStep), left6, right6, adds);
        Store(c + (7 * resultStep), left7, right7, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        float factor, Vector512<float> left, Vector512<float> right, ref Vector512<float> leftSum, ref Vector512<float> rightSum)
    {
        Vector512<float> all = Vector512.Create(factor);
        leftSum = Vector512.FusedMultiplyAdd(all, left, leftSum);
        rightSum = Vector512.FusedMultiplyAdd(all, right, rightSum);
    }

    private static void Store(float* c, Vector512<float> left, Vector512<float> right, bool adds)
    {
        if (adds)
        {
            left += Vector512.Load(c);
            right += Vector512.Load(c + Lane);
        }

        left.Store(c);
        right.Store(c + Lane);
    }
}
