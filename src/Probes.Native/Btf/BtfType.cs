namespace NodeBox.Probes.Native.Btf;

/// <summary>The common part of a type record, <c>struct btf_type</c> of linux/btf.h.</summary>
/// <param name="At">Offset in the data of what follows the common 12 bytes: members, parameters, array bounds.</param>
/// <param name="Name">Offset in the string section; 0 when anonymous.</param>
/// <param name="Count">Members, parameters or enumerators (vlen).</param>
/// <param name="KindFlag">For structs: member offsets hold bitfield sizes. For enums: values are signed.</param>
/// <param name="SizeOrType">Bytes for kinds that have a size, else the id of the type referred to.</param>
internal readonly record struct BtfType(BtfKind Kind, int At, int Name, int Count, bool KindFlag, int SizeOrType);
