using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

// Each test attaches its own programs, and every event of the machine runs all that are attached.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
