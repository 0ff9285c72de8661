namespace NodeBox.Interop.Tests.Running;

/// <summary>Requests as a bad line or a bad program makes them.</summary>
internal static class RandomDamage
{
    /// <summary><paramref name="good"/> with a few bytes changed, and often cut off.</summary>
    public static byte[] Damaged(this Random random, byte[] good)
    {
        byte[] bad = [.. good];
        for (int changes = random.Next(1, 5); changes > 0; changes--)
        {
            bad[random.Next(bad.Length)] = (byte)random.Next(256);
        }

        return random.Next(3) == 0 ? bad[..random.Next(bad.Length)] : bad;
    }
}
