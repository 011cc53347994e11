using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using EmotionLlama.Runtime;
using EmotionLlama.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Runtime;

/// <summary>Arithmetic whose numbers nobody frees while libtorch reads them.</summary>
[Collection(SharedGenerator.Name)]
public sealed class TensorArithmeticTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Results_are_those_of_the_formulas()
    {
        var (x, a, b) = (tensor([1.5, -2.0]), tensor([4.0, 8.0]), tensor([0.5, 4.0]));

        Is(x.Plus(a), 5.5, 6);
        Is(x.Plus(a, 0.25), 2.5, 0);
        Is(x.Plus(0.5), 2, -1.5);
        Is(x.SubtractedFrom(1), -0.5, 3);
        Is(x.Times(-2), -3, 4);
        Is(x.Over(4), 0.375, -0.5);
        Is(x.Squared(), 2.25, 4);
        Is(x.AtLeast(0), 1.5, 0);
        Is(x.IsAbove(0).to(ScalarType.Float64), 1, 0);
        Is(TensorArithmetic.Range(3, 9, 4, ScalarType.Float64), 3, 7);
        Is(TensorArithmetic.Filled([2], -100, ScalarType.Float64), -100, -100);
        Is(x.clone().AddInPlace(a), 5.5, 6);
        Is(x.clone().AddInPlace(a, 0.25), 2.5, 0);
        Is(x.clone().AddInPlace(0.5), 2, -1.5);
        Is(x.clone().SubtractInPlace(0.5), 1, -2.5);
        Is(x.clone().ScaleInPlace(-2), -3, 4);
        Is(x.clone().DivideInPlace(4), 0.375, -0.5);
        Is(x.clone().AddProductInPlace(a, b, 0.5), 2.5, 14);
        Is(x.clone().AddQuotientInPlace(a, b, 0.5), 5.5, -1);
    }

    [Fact]
    public void Integers_stay_integers_in_sums()
    {
        var next = TensorArithmetic.Range(3, ScalarType.Int64).Plus(1);

        Assert.Equal(ScalarType.Int64, next.dtype);
        Assert.Equal([1L, 2, 3], next.data<long>().ToArray());
    }

    [Fact]
    public void Inputs_stay_as_they_are()
    {
        var x = tensor([1.5, -2.0]);

        _ = x.Plus(x).Plus(1.0).Times(2).Over(3).Squared().AtLeast(1);
        _ = x.SubtractedFrom(1);

        Is(x, 1.5, -2);
    }

    [Fact]
    public async Task Collections_on_another_thread_change_nothing()
    {
        using var end = new CancellationTokenSource();
        var collecting = Task.Run(() => Collect(end.Token), CancellationToken.None);
        try
        {
            var (x, y) = (TinyModels.Normal([2000], 1, 1), TinyModels.Normal([2000], 1, 2));
            using var expected = Arithmetic(x, y);
            for (var i = 0; i < 2000; i++)
            {
                using var scope = NewDisposeScope();
                var again = Arithmetic(x, y);
                Assert.True(again.eq(expected).all().item<bool>(), $"repetition {i}");
            }
        }
        finally
        {
            await end.CancelAsync();
            await collecting;
        }
    }

    // The analyzer of banned symbols does not see the operator in `a += b`.
    [Theory]
    [InlineData(typeof(TensorArithmetic))]
    [InlineData(typeof(EmotionLlama.Cli.CliApp))]
    public void No_code_uses_an_operator_that_makes_a_Scalar(Type inAssembly)
    {
        using var file = new PEReader(File.OpenRead(inAssembly.Assembly.Location));
        var metadata = file.GetMetadataReader();
        var makers =
            from handle in metadata.MemberReferences
            let member = metadata.GetMemberReference(handle)
            let name = metadata.GetString(member.Name)
            where IsTensor(metadata, member.Parent) && name switch
            {
                "op_Addition" => true,
                "op_Subtraction" or "op_Multiply" or "op_Division" or "op_Modulus" => !TakesTensors(metadata, member),
                _ => false,
            }
            select name;

        Assert.Empty(makers);
    }

    // ECMA-335 II.23.2.1: calling convention, number of parameters, result, parameters.
    private static bool TakesTensors(MetadataReader metadata, MemberReference member)
    {
        var signature = metadata.GetBlobReader(member.Signature);
        signature.ReadSignatureHeader();
        var parameters = signature.ReadCompressedInteger();
        for (var i = 0; i <= parameters; i++)
        {
            if (signature.ReadSignatureTypeCode() != SignatureTypeCode.TypeHandle
                || !IsTensor(metadata, signature.ReadTypeHandle()))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsTensor(MetadataReader metadata, EntityHandle type) =>
        type.Kind == HandleKind.TypeReference
        && metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)type).Name) == "Tensor";

    private static Tensor Arithmetic(Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        var sum = x.Plus(y).Plus(y, 0.3).Plus(0.1).Times(1.7).Over(3).Squared().AtLeast(0.01);
        sum.AddInPlace(y).AddInPlace(x, 0.2).ScaleInPlace(0.9).DivideInPlace(1.1).AddProductInPlace(x, y, 0.4);
        return sum.AddQuotientInPlace(y, x.Squared().Plus(1.0), 0.6).SubtractedFrom(2).MoveToOuterDisposeScope();
    }

    private static void Collect(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            GC.Collect(0);
            GC.WaitForPendingFinalizers();
        }
    }

    private static void Is(Tensor actual, params double[] expected) =>
        Assert.Equal(expected, actual.data<double>().ToArray());
}
