using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>libtorch's stable C interface: any operator by its name, and what TorchSharp does not show of tensors.
/// </summary>
internal static unsafe class NativeTorch
{
    private static readonly nint Library = NativeLibrary.Load(Path.Combine(LibTorch.Load().Folder, "libtorch_cpu.so"));

    private static readonly delegate* unmanaged<byte*, byte*, ulong*, ulong, int> CallDispatcher =
        (delegate* unmanaged<byte*, byte*, ulong*, ulong, int>)Export("torch_call_dispatcher");

    private static readonly delegate* unmanaged<nint, nint*, int> NewTensorHandle =
        (delegate* unmanaged<nint, nint*, int>)Export("aoti_torch_new_tensor_handle");

    private static readonly delegate* unmanaged<nint, void**, int> GetDataPointer =
        (delegate* unmanaged<nint, void**, int>)Export("aoti_torch_get_data_ptr");

    private static readonly delegate* unmanaged<nint, int> DeleteTensor =
        (delegate* unmanaged<nint, int>)Export("aoti_torch_delete_tensor_object");

    private static readonly ulong Version =
        ((delegate* unmanaged<ulong>)Export("aoti_torch_abi_version"))();

    /// <summary>The address of a tensor's first value, on its device.</summary>
    public static nint Address(Tensor tensor)
    {
        void* address;
        Check(GetDataPointer(tensor.Handle, &address), "a tensor has no memory");
        return (nint)address;
    }

    /// <summary>Calls an operator. Autograd flows through it.</summary>
    /// <param name="name">Its name, such as <c>aten::mm</c>, a UTF-8 literal.</param>
    /// <param name="overload">Its overload, a UTF-8 literal; empty for the default one.</param>
    /// <param name="outputs">How many tensors it gives back.</param>
    /// <param name="arguments">All arguments in order, optional ones too.</param>
    /// <returns>The results; they belong to the dispose scope that is open.</returns>
    /// <exception cref="OperatorException">The operator failed.</exception>
    public static Tensor[] Call(
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> overload,
        int outputs,
        params ReadOnlySpan<OperatorArgument> arguments)
    {
        var stack = stackalloc ulong[Math.Max(arguments.Length, outputs)];
        Dispatch(name, overload, stack, arguments);
        var results = new Tensor[outputs];
        for (var i = 0; i < outputs; i++)
            results[i] = Tensor.UnsafeCreateTensor((nint)stack[i]);

        return results;
    }

    /// <summary>Calls an operator whose results are not needed, such as one that writes to a tensor that is passed to it.
    /// </summary>
    /// <inheritdoc cref="Call"/>
    public static void Run(
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> overload,
        int outputs,
        params ReadOnlySpan<OperatorArgument> arguments)
    {
        var stack = stackalloc ulong[Math.Max(arguments.Length, outputs)];
        Dispatch(name, overload, stack, arguments);
        for (var i = 0; i < outputs; i++)
            Check(DeleteTensor((nint)stack[i]), "a result cannot be let go of");
    }

    private static void Dispatch(
        ReadOnlySpan<byte> name, ReadOnlySpan<byte> overload, ulong* stack, ReadOnlySpan<OperatorArgument> arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
            stack[i] = arguments[i].Pass();

        // An empty span has no address, and libtorch wants one.
        byte nothing = 0;
        fixed (byte* namePointer = name, given = overload)
        {
            var overloadPointer = given is null ? &nothing : given;
            if (CallDispatcher(namePointer, overloadPointer, stack, Version) != 0)
            {
                throw new OperatorException(System.Text.Encoding.UTF8.GetString(name), LastError());
            }
        }
    }

    /// <summary>A handle of its own to a tensor, which whoever it is passed to owns.</summary>
    internal static nint Own(Tensor tensor)
    {
        nint handle;
        Check(NewTensorHandle(tensor.Handle, &handle), "a tensor is gone");
        return handle;
    }

    /// <summary>Why the last call of this thread failed; null where libtorch has no such function, as before 2.12.
    /// </summary>
    private static string? LastError()
    {
        if (!NativeLibrary.TryGetExport(Library, "torch_exception_get_what_without_backtrace", out var function))
            return null;

        var text = ((delegate* unmanaged<byte*>)function)();
        return Marshal.PtrToStringUTF8((nint)text);
    }

    private static nint Export(string name) => NativeLibrary.GetExport(Library, name);

    private static void Check(int code, string message)
    {
        if (code != 0)
            throw new InvalidOperationException(message);
    }
}
