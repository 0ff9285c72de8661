using System.Collections;
using System.Runtime.InteropServices;
using NodeBox.Store.Native;

namespace NodeBox.Store;

/// <summary>All rows of a query, in managed memory and in DuckDB's order.</summary>
public sealed class Result : IReadOnlyCollection<Row>
{
    private readonly List<Chunk> _chunks;

    private Result(string[] columns, List<Chunk> chunks)
    {
        Columns = columns;
        _chunks = chunks;
        Count = chunks.Sum(chunk => chunk.Rows);
    }

    /// <summary>Column names in order.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>How many rows there are.</summary>
    public int Count { get; }

    public IEnumerator<Row> GetEnumerator()
    {
        foreach (Chunk chunk in _chunks)
        {
            for (int i = 0; i < chunk.Rows; i++)
            {
                yield return new Row(this, chunk.Columns, i);
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Where the column <paramref name="name"/> is.</summary>
    /// <exception cref="DuckDbException">There is none.</exception>
    internal int Ordinal(string name)
    {
        int at = ((IList<string>)Columns).IndexOf(name);
        return at >= 0 ? at : throw new DuckDbException($"the result has no column {name}; it has {string.Join(", ", Columns)}");
    }

    internal static Result Read(ref duckdb_result result)
    {
        int count = (int)DuckDb.duckdb_column_count(ref result);
        string[] names = new string[count];
        duckdb_type[] types = new duckdb_type[count];
        for (int i = 0; i < count; i++)
        {
            names[i] = Marshal.PtrToStringUTF8(DuckDb.duckdb_column_name(ref result, (ulong)i)) ?? "";
            types[i] = DuckDb.duckdb_column_type(ref result, (ulong)i);
        }

        List<Chunk> chunks = [];
        while (DuckDb.duckdb_fetch_chunk(result) is nint chunk and not 0)
        {
            try
            {
                chunks.Add(ReadChunk(chunk, names, types));
            }
            finally
            {
                DuckDb.duckdb_destroy_data_chunk(ref chunk);
            }
        }

        return new Result(names, chunks);
    }

    private static Chunk ReadChunk(nint chunk, string[] names, duckdb_type[] types)
    {
        int rows = (int)DuckDb.duckdb_data_chunk_get_size(chunk);
        Column[] columns = new Column[names.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            nint vector = DuckDb.duckdb_data_chunk_get_vector(chunk, (ulong)i);
            columns[i] = Column.Read(vector, types[i], rows, names[i]);
        }

        return new Chunk(columns, rows);
    }

    private readonly record struct Chunk(Column[] Columns, int Rows);
}
