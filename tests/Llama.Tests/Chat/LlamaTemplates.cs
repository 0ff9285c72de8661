using System.Runtime.InteropServices;
using System.Text;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Native;

namespace NodeBox.Llama.Tests.Chat;

/// <summary>llama.cpp's own renderer of chat templates.</summary>
internal static unsafe class LlamaTemplates
{
    private static readonly delegate* unmanaged[Cdecl]<byte*, Message*, nuint, byte, byte*, int, int> s_apply = Find();

    /// <summary>A prompt by a template, which is given by llama.cpp's name for it or as Jinja; null where llama.cpp does not know it.</summary>
    public static string? Render(string template, IReadOnlyList<ChatMessage> messages)
    {
        var texts = new List<nint>();
        nint Text(string text)
        {
            texts.Add(Marshal.StringToCoTaskMemUTF8(text));
            return texts[^1];
        }

        try
        {
            Message[] chat = [.. messages.Select(message => new Message(Text(message.Role.ToString().ToLowerInvariant()), Text(message.Content)))];
            byte[] buffer = new byte[64 * 1024];
            fixed (Message* first = chat)
            fixed (byte* start = buffer)
            {
                int length = s_apply((byte*)Text(template), first, (nuint)chat.Length, 1, start, buffer.Length);
                return length >= 0 ? Encoding.UTF8.GetString(buffer, 0, length) : null;
            }
        }
        finally
        {
            texts.ForEach(Marshal.FreeCoTaskMem);
        }
    }

    private static delegate* unmanaged[Cdecl]<byte*, Message*, nuint, byte, byte*, int, int> Find()
    {
        string file = Path.Combine(LlamaLibrary.Load().Directory, LibraryFiles.FileOf(LlamaApi.Llama));
        return (delegate* unmanaged[Cdecl]<byte*, Message*, nuint, byte, byte*, int, int>)NativeLibrary.GetExport(
            NativeLibrary.Load(file), "llama_chat_apply_template");
    }

    /// <summary>llama_chat_message.</summary>
    private readonly record struct Message(nint Role, nint Content);
}
