using Microsoft.Data.Sqlite;

namespace NodeBox.Roles.Tools.Db;

/// <summary>
/// Customers, items and orders in SQLite. Thread-safe: one connection, one statement at a time. Every statement is a key look-up of
/// microseconds, and SQLite serialises writers anyway.
/// </summary>
internal sealed class OrderDatabase : IDisposable
{
    private const string Schema = """
        CREATE TABLE customers (customer_id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL, tier TEXT NOT NULL) STRICT;
        CREATE TABLE items (item_id INTEGER PRIMARY KEY, name TEXT NOT NULL, on_hand INTEGER NOT NULL, price_cents INTEGER NOT NULL) STRICT;
        CREATE TABLE orders (
            order_id INTEGER PRIMARY KEY,
            customer_id INTEGER NOT NULL REFERENCES customers,
            item_id INTEGER NOT NULL REFERENCES items,
            quantity INTEGER NOT NULL, status TEXT NOT NULL, ordered_on TEXT NOT NULL, due_on TEXT NOT NULL) STRICT;
        CREATE INDEX orders_of_customer ON orders (customer_id, order_id);
        CREATE TABLE origin (seed TEXT NOT NULL) STRICT;
        """;

    private readonly Lock _one = new();
    private readonly SqliteConnection _connection;

    private OrderDatabase(SqliteConnection connection)
    {
        _connection = connection;
    }

    /// <summary>Opens the database of <paramref name="dataDir"/>, or one in memory where that is null, and fills it if it is new.</summary>
    /// <exception cref="DllNotFoundException">The system's libsqlite3 is missing.</exception>
    /// <exception cref="IOException">The file cannot be opened or was made with another seed.</exception>
    public static OrderDatabase Open(string? dataDir, ulong seed)
    {
        SystemSqlite.Use();
        string path = ":memory:";
        if (dataDir is not null)
        {
            Directory.CreateDirectory(dataDir);
            path = Path.Combine(dataDir, "orders.sqlite");
        }

        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            Seed(connection, path, seed);
            return new OrderDatabase(connection);
        }
        catch (SqliteException error)
        {
            connection.Dispose();
            throw new IOException($"cannot open the order database {path}: {error.Message}", error);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public Customer? FindCustomer(long id) => Query(
        "SELECT customer_id, name, city, tier FROM customers WHERE customer_id = $0",
        static row => new Customer(row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3)),
        id).FirstOrDefault();

    public StockItem? FindItem(long id) => Query(
        "SELECT item_id, name, on_hand, price_cents FROM items WHERE item_id = $0",
        static row => new StockItem(row.GetInt32(0), row.GetString(1), row.GetInt32(2), row.GetInt32(3)),
        id).FirstOrDefault();

    public Order? FindOrder(long id) => Query(
        "SELECT order_id, customer_id, item_id, quantity, status, ordered_on, due_on FROM orders WHERE order_id = $0",
        ReadOrder,
        id).FirstOrDefault();

    /// <summary>A customer's first <paramref name="limit"/> orders by number, of one status unless that is null.</summary>
    public OrderList SearchOrders(long customerId, string? status, int limit)
    {
        List<Order> all = Query(
            """
            SELECT order_id, customer_id, item_id, quantity, status, ordered_on, due_on FROM orders
            WHERE customer_id = $0 AND ($1 IS NULL OR status = $1) ORDER BY order_id
            """,
            ReadOrder,
            customerId,
            status);
        return new OrderList(customerId, all.Count, [.. all.Take(limit)]);
    }

    /// <summary>Sets the status of an order; null where there is no such order.</summary>
    public OrderUpdate? UpdateOrderStatus(long id, string status)
    {
        // Two statements, one lock: no other call comes between reading the old status and writing the new.
        lock (_one)
        {
            if (FindOrder(id) is not { } order)
            {
                return null;
            }

            Query("UPDATE orders SET status = $1 WHERE order_id = $0", static _ => 0, id, status);
            return new OrderUpdate(id, order.Status, status);
        }
    }

    public void Dispose() => _connection.Dispose();

    private static Order ReadOrder(SqliteDataReader row) => new(
        row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), row.GetString(4), row.GetString(5), row.GetString(6));

    private List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        lock (_one)
        {
            using SqliteCommand command = Command(_connection, sql, values);
            using SqliteDataReader rows = command.ExecuteReader();
            var result = new List<T>();
            while (rows.Read())
            {
                result.Add(read(rows));
            }

            return result;
        }
    }

    private static void Seed(SqliteConnection connection, string path, ulong seed)
    {
        if (Scalar(connection, "SELECT count(*) FROM sqlite_schema WHERE name = 'origin'") is not "0")
        {
            string madeWith = Scalar(connection, "SELECT seed FROM origin");
            if (madeWith != $"{seed}")
            {
                throw new IOException($"{path} was made with seed {madeWith}, not {seed}: remove the file or set that seed");
            }

            return;
        }

        using SqliteTransaction all = connection.BeginTransaction();
        Execute(connection, Schema);
        foreach (Customer c in SeedData.MakeCustomers(seed))
        {
            Execute(connection, "INSERT INTO customers VALUES ($0, $1, $2, $3)", c.CustomerId, c.Name, c.City, c.Tier);
        }

        foreach (StockItem i in SeedData.MakeItems(seed))
        {
            Execute(connection, "INSERT INTO items VALUES ($0, $1, $2, $3)", i.ItemId, i.Name, i.OnHand, i.PriceCents);
        }

        foreach (Order o in SeedData.MakeOrders(seed))
        {
            Execute(
                connection,
                "INSERT INTO orders VALUES ($0, $1, $2, $3, $4, $5, $6)",
                o.OrderId, o.CustomerId, o.ItemId, o.Quantity, o.Status, o.OrderedOn, o.DueOn);
        }

        Execute(connection, "INSERT INTO origin VALUES ($0)", $"{seed}");
        all.Commit();
    }

    private static string Scalar(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = Command(connection, sql);
        return $"{command.ExecuteScalar()}";
    }

    private static void Execute(SqliteConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        using SqliteCommand command = Command(connection, sql, values);
        command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters.AddWithValue($"${i}", values[i] ?? DBNull.Value);
        }

        return command;
    }
}
