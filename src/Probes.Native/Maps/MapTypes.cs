namespace NodeBox.Probes.Native.Maps;

/// <summary>BTF of a map's key and value, and the ids in it; made by <see cref="Btf.BtfBuilder"/>.</summary>
internal sealed record MapTypes(byte[] Btf, int Key, int Value, int ValueSize);
