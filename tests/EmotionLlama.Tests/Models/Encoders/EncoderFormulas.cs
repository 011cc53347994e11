using EmotionLlama.Models;
using EmotionLlama.Models.Encoders;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models.Encoders;

/// <summary>What the papers say, written out plainly: one sequence, one head, one output at a time.</summary>
internal sealed class EncoderFormulas(IWeightSource weights)
{
    public Tensor this[string name] => weights.Read(name);

    /// <summary><c>x Wᵀ + b</c> of <c>[tokens, channels]</c>.</summary>
    public Tensor Linear(Tensor x, string name)
    {
        var mapped = x.mm(this[$"{name}.weight"].t());
        return weights.ShapeOf($"{name}.bias") is null ? mapped : mapped + this[$"{name}.bias"];
    }

    public Tensor Norm(Tensor x, string name, double epsilon)
    {
        var centred = x - x.mean([-1], keepdim: true);
        var deviation = (centred.square().mean([-1], keepdim: true) + epsilon).sqrt();
        return (centred / deviation * this[$"{name}.weight"]) + this[$"{name}.bias"];
    }

    public static Tensor Gelu(Tensor x) => x * 0.5 * (1 + (x / Math.Sqrt(2)).erf());

    /// <summary>Attention of <c>[tokens, channels]</c>, head by head.</summary>
    public Tensor Attention(Tensor x, int heads, string query, string key, string value, string output)
    {
        var size = x.shape[1] / heads;
        var (q, k, v) = (Linear(x, query), Linear(x, key), Linear(x, value));
        var attended = Enumerable.Range(0, heads).Select(head =>
        {
            Tensor Part(Tensor mapped) => mapped.narrow(1, head * size, size);
            return (Part(q).mm(Part(k).t()) / Math.Sqrt(size)).softmax(-1).mm(Part(v));
        });
        return Linear(cat([.. attended], 1), output);
    }

    /// <summary>A convolution of <c>[channels, times]</c>, one output at a time.</summary>
    public static Tensor Convolve(Tensor x, Tensor kernel, Tensor? bias, int stride, int padding, int groups)
    {
        var (outputs, width) = (kernel.shape[0], kernel.shape[2]);
        var padded = cat([zeros(x.shape[0], padding), x, zeros(x.shape[0], padding)], 1);
        var inputs = kernel.shape[1];
        var columns = new List<Tensor>();
        for (long start = 0; start + width <= padded.shape[1]; start += stride)
        {
            var column = Enumerable.Range(0, (int)outputs).Select(output =>
            {
                var group = output / (outputs / groups);
                return (padded.narrow(0, group * inputs, inputs).narrow(1, start, width) * kernel[output]).sum();
            });
            columns.Add(stack(column));
        }

        var convolved = stack(columns, 1);
        return bias is null ? convolved : convolved + bias.unsqueeze(1);
    }

    /// <summary>The folded weight of HuBERT's positions.</summary>
    public Tensor PositionKernel()
    {
        var (lengths, directions) = (Part(0), Part(1));
        return stack(
            Enumerable.Range(0, (int)directions.shape[2])
                .Select(place => directions[.., .., place] / directions[.., .., place].norm() * lengths[0, 0, place]),
            2);

        Tensor Part(int i) => this[$"encoder.pos_conv_embed.conv.parametrizations.weight.original{i}"];
    }

    /// <summary>The hidden states of a HuBERT: the input of the first layer, then each layer's output, and at the end
    /// the last one normalized.</summary>
    public List<Tensor> Hubert(HubertConfig config, Tensor samples)
    {
        var x = samples.unsqueeze(0);
        for (var i = 0; i < config.ConvolutionChannels.Count; i++)
        {
            var layer = $"feature_extractor.conv_layers.{i}";
            x = Convolve(
                x, this[$"{layer}.conv.weight"], config.ConvolutionBias ? this[$"{layer}.conv.bias"] : null,
                config.ConvolutionStrides[i], padding: 0, groups: 1);
            if (!config.GroupNorm)
                x = Norm(x.t(), $"{layer}.layer_norm", 1e-5).t();
            else if (i == 0)
                x = NormOverTime(x, $"{layer}.layer_norm");

            x = Gelu(x);
        }

        var hidden = Linear(
            Norm(x.t(), "feature_projection.layer_norm", config.NormEpsilon), "feature_projection.projection");
        var positions = Convolve(
            hidden.t(), PositionKernel(), this["encoder.pos_conv_embed.conv.bias"], stride: 1,
            config.PositionKernel / 2, config.PositionGroups);
        hidden += Gelu(positions.narrow(1, 0, hidden.shape[0])).t();
        if (!config.StableLayerNorm)
            hidden = Norm(hidden, "encoder.layer_norm", config.NormEpsilon);

        List<Tensor> states = [hidden];
        for (var i = 0; i < config.Layers; i++)
            states.Add(HubertLayer(config, states[^1], $"encoder.layers.{i}."));

        states.Add(Norm(states[^1], "encoder.layer_norm", config.NormEpsilon));
        return states;
    }

    /// <summary>A layer of ViT-MAE and VideoMAE.</summary>
    public Tensor VisionLayer(VisionEncoderConfig config, Tensor x, string layer)
    {
        var maps = $"{layer}attention.attention.";
        x += Attention(
            Norm(x, $"{layer}layernorm_before", config.NormEpsilon), config.Heads,
            $"{maps}query", $"{maps}key", $"{maps}value", $"{layer}attention.output.dense");
        var inner = Linear(Norm(x, $"{layer}layernorm_after", config.NormEpsilon), $"{layer}intermediate.dense");
        return x + Linear(Gelu(inner), $"{layer}output.dense");
    }

    private Tensor HubertLayer(HubertConfig config, Tensor x, string layer)
    {
        if (config.StableLayerNorm)
        {
            x += Attend(Norm(x, $"{layer}layer_norm", config.NormEpsilon));
            return x + FeedForward(Norm(x, $"{layer}final_layer_norm", config.NormEpsilon));
        }

        x = Norm(x + Attend(x), $"{layer}layer_norm", config.NormEpsilon);
        return Norm(x + FeedForward(x), $"{layer}final_layer_norm", config.NormEpsilon);

        Tensor Attend(Tensor input) => Attention(
            input, config.Heads, $"{layer}attention.q_proj", $"{layer}attention.k_proj", $"{layer}attention.v_proj",
            $"{layer}attention.out_proj");

        Tensor FeedForward(Tensor input) => Linear(
            Gelu(Linear(input, $"{layer}feed_forward.intermediate_dense")), $"{layer}feed_forward.output_dense");
    }

    private Tensor NormOverTime(Tensor x, string name)
    {
        var centred = x - x.mean([1], keepdim: true);
        var deviation = (centred.square().mean([1], keepdim: true) + 1e-5).sqrt();
        return (centred / deviation * this[$"{name}.weight"].unsqueeze(1)) + this[$"{name}.bias"].unsqueeze(1);
    }
}
