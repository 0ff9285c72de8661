using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace NodeBox.Roles.Tools.Db;

/// <summary>Binds SQLite to the system's library, which the distribution keeps patched; the package's own is years old.</summary>
internal static class SystemSqlite
{
    private const string Library = "libsqlite3.so.0";

    private static readonly Lazy<bool> s_bound = new(Bind);

    /// <exception cref="DllNotFoundException">The system has no libsqlite3.</exception>
    public static void Use() => _ = s_bound.Value;

    private static bool Bind()
    {
        if (!NativeLibrary.TryLoad(Library, out nint handle))
        {
            throw new DllNotFoundException($"the db tool server needs {Library}, which was not found: apt-get install libsqlite3-0");
        }

        Assembly provider = typeof(SQLite3Provider_e_sqlite3).Assembly;
        NativeLibrary.SetDllImportResolver(provider, (name, _, _) => name == "e_sqlite3" ? handle : 0);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return true;
    }
}
