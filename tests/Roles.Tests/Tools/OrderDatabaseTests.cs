using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NodeBox.Roles.Tools.Db;

namespace NodeBox.Roles.Tests.Tools;

public sealed class OrderDatabaseTests
{
    [Theory]
    [InlineData(1, "9231e3ac9c7cdf99d565db90e72f9bf6563172ca4f93db2a8fbe8a2908300c44")]
    [InlineData(2, "a562f91f29b3a35fd0af04c3f81d39c6249b54afd5ff182b3795f08176bc30b8")]
    public void The_same_seed_gives_the_same_data_everywhere(ulong seed, string sha256)
    {
        using OrderDatabase database = OrderDatabase.Open(null, seed);
        var all = new StringBuilder();
        for (int id = 1; id <= 200; id++)
        {
            all.Append(CultureInfo.InvariantCulture, $"{database.FindCustomer(id)}\n");
        }

        for (int id = 1; id <= 50; id++)
        {
            all.Append(CultureInfo.InvariantCulture, $"{database.FindItem(id)}\n");
        }

        for (int id = 1000; id <= 1999; id++)
        {
            all.Append(CultureInfo.InvariantCulture, $"{database.FindOrder(id)}\n");
        }

        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToString()))));
    }

    [Fact]
    public void There_is_nothing_outside_the_stated_ranges()
    {
        using OrderDatabase database = OrderDatabase.Open(null, 1);

        Assert.All([0, 201], id => Assert.Null(database.FindCustomer(id)));
        Assert.All([0, 51], id => Assert.Null(database.FindItem(id)));
        Assert.All([999, 2000], id => Assert.Null(database.FindOrder(id)));
        Assert.Null(database.UpdateOrderStatus(999, "pending"));
    }

    [Fact]
    public void Item_names_differ()
    {
        Assert.Equal(50, SeedData.MakeItems(1).Select(static item => item.Name).Distinct().Count());
    }

    [Fact]
    public void A_search_lists_a_customers_orders_by_number_up_to_the_limit()
    {
        using OrderDatabase database = OrderDatabase.Open(null, 1);
        Order[] all = [.. SeedData.MakeOrders(1).Where(static order => order.CustomerId == 7)];

        OrderList every = database.SearchOrders(7, null, 100);
        OrderList some = database.SearchOrders(7, null, 1);
        OrderList pending = database.SearchOrders(7, "pending", 100);

        Assert.NotEmpty(all);
        Assert.Equal(all, every.Orders);
        Assert.Equal(all.Length, some.Total);
        Assert.Equal(all[..1], some.Orders);
        Assert.Equal(all.Where(static order => order.Status == "pending"), pending.Orders);
    }

    [Fact]
    public async Task Parallel_updates_and_searches_never_tear()
    {
        using OrderDatabase database = OrderDatabase.Open(null, 1);
        string before = database.FindOrder(1234)!.Status;
        string[] statuses = [.. Enumerable.Range(0, 400).Select(static i => SeedData.Statuses[i % 4])];

        OrderUpdate[] updates = await Task.WhenAll(statuses.Select(status => Task.Run(() =>
        {
            database.SearchOrders(7, status, 100);
            return database.UpdateOrderStatus(1234, status)!;
        })));

        // Each update saw the status that exactly one other left: together they are one chain from the first status to the last.
        string after = database.FindOrder(1234)!.Status;
        IEnumerable<string> left = updates.Select(static update => update.Status).Append(before);
        IEnumerable<string> found = updates.Select(static update => update.PreviousStatus).Append(after);
        Assert.Equal(left.Order(), found.Order());
    }

    [Fact]
    public void A_file_keeps_updates_and_refuses_another_seed()
    {
        string folder = Directory.CreateTempSubdirectory("nodebox-orders-").FullName;
        try
        {
            using (OrderDatabase first = OrderDatabase.Open(folder, 3))
            {
                first.UpdateOrderStatus(1000, "cancelled");
            }

            using (OrderDatabase second = OrderDatabase.Open(folder, 3))
            {
                Assert.Equal("cancelled", second.FindOrder(1000)!.Status);
            }

            IOException error = Assert.Throws<IOException>(() => OrderDatabase.Open(folder, 4));
            Assert.Contains("made with seed 3, not 4", error.Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_file_that_is_no_database_is_named()
    {
        string folder = Directory.CreateTempSubdirectory("nodebox-orders-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "orders.sqlite"), new string('x', 5000));

            IOException error = Assert.Throws<IOException>(() => OrderDatabase.Open(folder, 1));

            Assert.Contains(Path.Combine(folder, "orders.sqlite"), error.Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
