namespace NodeBox.Store.Native;

/// <summary>The values of duckdb.h's <c>duckdb_type</c> that <see cref="Column"/> decodes.</summary>
internal enum duckdb_type
{
    BOOLEAN = 1,
    TINYINT = 2,
    SMALLINT = 3,
    INTEGER = 4,
    BIGINT = 5,
    UTINYINT = 6,
    USMALLINT = 7,
    UINTEGER = 8,
    UBIGINT = 9,
    FLOAT = 10,
    DOUBLE = 11,
    HUGEINT = 16,
    VARCHAR = 17,
}
