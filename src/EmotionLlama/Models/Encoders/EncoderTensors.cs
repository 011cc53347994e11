namespace EmotionLlama.Models.Encoders;

/// <summary>The names and shapes of an encoder's tensors, as today's transformers library names them, without the
/// prefix that a model with a head has.</summary>
internal static class EncoderTensors
{
    private const int MostListed = 5;

    /// <summary>Tensors of a HuBERT.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Of(HubertConfig config)
    {
        long hidden = config.HiddenSize, inputs = config.ConvolutionChannels[^1];
        IEnumerable<(string, long[])> between =
        [
            .. config.ProjectionNorm ? Norm("feature_projection.layer_norm.", inputs) : [],
            .. Dense("feature_projection.projection.", hidden, inputs),
            ("encoder.pos_conv_embed.conv.bias", [hidden]),
            ("encoder.pos_conv_embed.conv.parametrizations.weight.original0", [1, 1, config.PositionKernel]),
            ("encoder.pos_conv_embed.conv.parametrizations.weight.original1",
                [hidden, hidden / config.PositionGroups, config.PositionKernel]),
            .. Norm("encoder.layer_norm.", hidden),
        ];
        return ConvolutionsOf(config).Concat(between).Concat(LayersOf(config));
    }

    /// <summary>Tensors of a ViT-MAE's encoder.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Of(VitMaeConfig config)
    {
        long hidden = config.HiddenSize, patch = config.PatchSize;
        IEnumerable<(string, long[])> outside =
        [
            ("embeddings.cls_token", [1, 1, hidden]),
            ("embeddings.position_embeddings", [1, config.PatchesPerImage + 1, hidden]),
            ("embeddings.patch_embeddings.projection.weight", [hidden, 3, patch, patch]),
            ("embeddings.patch_embeddings.projection.bias", [hidden]),
            .. Norm("layernorm.", hidden),
        ];
        return outside.Concat(LayersOf(config));
    }

    /// <summary>Tensors of a VideoMAE's encoder.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Of(VideoMaeConfig config)
    {
        long hidden = config.HiddenSize, patch = config.PatchSize;
        IEnumerable<(string, long[])> outside =
        [
            ("embeddings.patch_embeddings.projection.weight", [hidden, 3, config.TubeletSize, patch, patch]),
            ("embeddings.patch_embeddings.projection.bias", [hidden]),
            .. config.FinalNorm ? Norm("layernorm.", hidden) : [],
        ];
        return outside.Concat(LayersOf(config));
    }

    /// <summary>Refuses weights of which some are missing, and names them.</summary>
    /// <exception cref="InputException">A tensor is missing.</exception>
    public static void Check(
        WeightReader weights, string model, IEnumerable<(string Name, long[] Shape)> tensors)
    {
        // A damaged configuration may ask for more layers than one would like to count.
        var missing = tensors.Select(tensor => tensor.Name).Where(name => !weights.Has(name))
            .Take(MostListed + 1).ToList();
        if (missing.Count == 0)
            return;

        var listed = string.Join(", ", missing.Take(MostListed).Select(name => $"'{name}'"));
        throw new InputException($"{weights.Location}: lacks tensors of a {model}: {listed}"
            + (missing.Count > MostListed ? " and more" : ""));
    }

    private static IEnumerable<(string Name, long[] Shape)> ConvolutionsOf(HubertConfig config)
    {
        long inputs = 1;
        for (var i = 0; i < config.ConvolutionChannels.Count; i++)
        {
            var layer = $"feature_extractor.conv_layers.{i}.";
            long outputs = config.ConvolutionChannels[i];
            yield return ($"{layer}conv.weight", [outputs, inputs, config.ConvolutionKernels[i]]);
            if (config.ConvolutionBias)
                yield return ($"{layer}conv.bias", [outputs]);

            if (!config.GroupNorm || i == 0)
            {
                foreach (var tensor in Norm($"{layer}layer_norm.", outputs))
                    yield return tensor;
            }

            inputs = outputs;
        }
    }

    private static IEnumerable<(string Name, long[] Shape)> LayersOf(HubertConfig config)
    {
        long hidden = config.HiddenSize, inner = config.IntermediateSize;
        for (var i = 0; i < config.Layers; i++)
        {
            var layer = $"encoder.layers.{i}.";
            foreach (var tensor in (IEnumerable<(string, long[])>)
                [
                    .. Dense($"{layer}attention.q_proj.", hidden, hidden),
                    .. Dense($"{layer}attention.k_proj.", hidden, hidden),
                    .. Dense($"{layer}attention.v_proj.", hidden, hidden),
                    .. Dense($"{layer}attention.out_proj.", hidden, hidden),
                    .. Norm($"{layer}layer_norm.", hidden),
                    .. Dense($"{layer}feed_forward.intermediate_dense.", inner, hidden),
                    .. Dense($"{layer}feed_forward.output_dense.", hidden, inner),
                    .. Norm($"{layer}final_layer_norm.", hidden),
                ])
            {
                yield return tensor;
            }
        }
    }

    private static IEnumerable<(string Name, long[] Shape)> LayersOf(VisionEncoderConfig config)
    {
        long hidden = config.HiddenSize, inner = config.IntermediateSize;
        for (var i = 0; i < config.Layers; i++)
        {
            var layer = $"encoder.layer.{i}.";
            foreach (var tensor in (IEnumerable<(string, long[])>)
                [
                    .. Norm($"{layer}layernorm_before.", hidden),
                    .. Dense($"{layer}attention.attention.query.", hidden, hidden, config.AttentionBias),
                    .. Dense($"{layer}attention.attention.key.", hidden, hidden, bias: false),
                    .. Dense($"{layer}attention.attention.value.", hidden, hidden, config.AttentionBias),
                    .. Dense($"{layer}attention.output.dense.", hidden, hidden),
                    .. Norm($"{layer}layernorm_after.", hidden),
                    .. Dense($"{layer}intermediate.dense.", inner, hidden),
                    .. Dense($"{layer}output.dense.", hidden, inner),
                ])
            {
                yield return tensor;
            }
        }
    }

    private static IEnumerable<(string, long[])> Dense(string prefix, long outputs, long inputs, bool bias = true)
    {
        yield return ($"{prefix}weight", [outputs, inputs]);
        if (bias)
            yield return ($"{prefix}bias", [outputs]);
    }

    private static (string, long[])[] Norm(string prefix, long channels) =>
        [($"{prefix}weight", [channels]), ($"{prefix}bias", [channels])];
}
