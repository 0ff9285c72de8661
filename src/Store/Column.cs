using System.Text;
using NodeBox.Store.Native;

namespace NodeBox.Store;

/// <summary>One column of one chunk, copied out of DuckDB's memory: exactly one of the value arrays is filled.</summary>
internal sealed class Column
{
    private const int InlineBytes = 12;

    public required bool[] Valid { get; init; }

    public long[]? Integers { get; init; }

    public double[]? Reals { get; init; }

    public string?[]? Texts { get; init; }

    public bool[]? Flags { get; init; }

    /// <summary>Copies <paramref name="rows"/> values of a vector of <paramref name="type"/>.</summary>
    /// <exception cref="DuckDbException">The type is none that <see cref="Row"/> reads, or a HUGEINT is beyond 64 bits.</exception>
    public static unsafe Column Read(nint vector, duckdb_type type, int rows, string name)
    {
        bool[] valid = ReadValidity(vector, rows);
        void* data = DuckDb.duckdb_vector_get_data(vector);
        return type switch
        {
            duckdb_type.BOOLEAN => new Column { Valid = valid, Flags = Copy(valid, i => ((byte*)data)[i] != 0) },
            duckdb_type.TINYINT => new Column { Valid = valid, Integers = Copy<long>(valid, i => ((sbyte*)data)[i]) },
            duckdb_type.SMALLINT => new Column { Valid = valid, Integers = Copy<long>(valid, i => ((short*)data)[i]) },
            duckdb_type.INTEGER => new Column { Valid = valid, Integers = Copy<long>(valid, i => ((int*)data)[i]) },
            duckdb_type.BIGINT => new Column { Valid = valid, Integers = Copy(valid, i => ((long*)data)[i]) },
            duckdb_type.UTINYINT => new Column { Valid = valid, Integers = Copy<long>(valid, i => ((byte*)data)[i]) },
            duckdb_type.USMALLINT => new Column { Valid = valid, Integers = Copy<long>(valid, i => ((ushort*)data)[i]) },
            duckdb_type.UINTEGER => new Column { Valid = valid, Integers = Copy<long>(valid, i => ((uint*)data)[i]) },
            duckdb_type.UBIGINT => new Column { Valid = valid, Integers = Copy(valid, i => Narrow(((ulong*)data)[i], name)) },
            duckdb_type.HUGEINT => new Column { Valid = valid, Integers = Copy(valid, i => Narrow(((Int128*)data)[i], name)) },
            duckdb_type.FLOAT => new Column { Valid = valid, Reals = Copy<double>(valid, i => ((float*)data)[i]) },
            duckdb_type.DOUBLE => new Column { Valid = valid, Reals = Copy(valid, i => ((double*)data)[i]) },
            duckdb_type.VARCHAR => new Column { Valid = valid, Texts = Copy<string?>(valid, i => ReadText((byte*)data + (16L * i))) },
            _ => throw new DuckDbException(
                $"column {name} has a type that cannot be read (duckdb_type {(int)type}): cast it to BIGINT, DOUBLE or VARCHAR in SQL"),
        };
    }

    private static T[] Copy<T>(bool[] valid, Func<int, T> at)
    {
        T[] values = new T[valid.Length];
        for (int i = 0; i < values.Length; i++)
        {
            if (valid[i])
            {
                values[i] = at(i);
            }
        }

        return values;
    }

    private static unsafe bool[] ReadValidity(nint vector, int rows)
    {
        bool[] valid = new bool[rows];
        ulong* mask = DuckDb.duckdb_vector_get_validity(vector);
        for (int i = 0; i < rows; i++)
        {
            valid[i] = mask is null || ((mask[i / 64] >> (i % 64)) & 1) != 0;
        }

        return valid;
    }

    // sum() of a BIGINT is a HUGEINT, so this is met daily; a sum beyond 64 bits is not.
    private static long Narrow(Int128 value, string name) => value >= long.MinValue && value <= long.MaxValue
        ? (long)value
        : throw new DuckDbException($"column {name} holds {value}, which is beyond 64 bits: cast it to DOUBLE or VARCHAR in SQL");

    /// <summary>duckdb_string_t: a length, then the bytes themselves if they fit 12, else 4 bytes of prefix and a pointer.</summary>
    private static unsafe string ReadText(byte* text)
    {
        int length = *(int*)text;
        byte* bytes = length <= InlineBytes ? text + 4 : *(byte**)(text + 8);
        return Encoding.UTF8.GetString(bytes, length);
    }
}
