namespace EmotionLlama.Models.Encoders;

/// <summary>Sizes and kind of a HuBERT, as a Hugging Face folder gives them.</summary>
public sealed record HubertConfig
{
    // The published models have 320; a file that says far more is damaged.
    private const long MostSamplesPerFrame = 100_000;

    /// <summary>Samples a second that the published models were trained on.</summary>
    public const int SampleRate = 16_000;

    /// <summary>Channels of each convolution on the waveform.</summary>
    public required IReadOnlyList<int> ConvolutionChannels { get; init; }

    /// <summary>Width of each convolution on the waveform.</summary>
    public required IReadOnlyList<int> ConvolutionKernels { get; init; }

    /// <summary>Step of each convolution on the waveform.</summary>
    public required IReadOnlyList<int> ConvolutionStrides { get; init; }

    /// <summary>Whether those convolutions have a bias.</summary>
    public bool ConvolutionBias { get; init; }

    /// <summary>How those convolutions are normalized: true normalizes the first alone, each channel over the whole
    /// time (the base models); false normalizes each, frame by frame (the large ones).</summary>
    public bool GroupNorm { get; init; } = true;

    /// <summary>Whether the frames are normalized before they are mapped to <see cref="HiddenSize"/>.</summary>
    public bool ProjectionNorm { get; init; } = true;

    /// <summary>Channels of a frame in the transformer.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Channels inside the feed-forward layers.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of transformer layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Whether a layer normalizes its input (the large models) or its output (the base ones).</summary>
    public bool StableLayerNorm { get; init; }

    /// <summary>Whether the large models' last hidden state is normalized once more. The features of MERR are: they
    /// were made with transformers 4, whose last hidden state is. In transformers 5 the last of all hidden states is the
    /// one before.</summary>
    public bool FinalNorm { get; init; } = true;

    /// <summary>Added to the variance in the transformer's layer normalizations.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Width of the convolution that stands for positions, in frames.</summary>
    public int PositionKernel { get; init; } = 128;

    /// <summary>Groups of channels of that convolution.</summary>
    public int PositionGroups { get; init; } = 16;

    /// <summary>Whether a waveform gets zero mean and unit variance before it goes in: <c>do_normalize</c> of
    /// <c>preprocessor_config.json</c>.</summary>
    public bool NormalizesWaveform { get; init; } = true;

    /// <summary>Samples from one frame to the next: 320 in the published models, 20 ms.</summary>
    public long FrameStride => ConvolutionStrides.Aggregate(1L, (product, stride) => product * stride);

    /// <summary>Samples that a frame sees, which is also the shortest sound that has a frame: 400 in the published
    /// models, 25 ms.</summary>
    public long FrameWidth
    {
        get
        {
            long width = 1, step = 1;
            foreach (var (kernel, stride) in ConvolutionKernels.Zip(ConvolutionStrides))
            {
                width += (kernel - 1) * step;
                step *= stride;
            }

            return width;
        }
    }

    /// <summary>Frames of a sound; 0 where it is too short for one.</summary>
    /// <param name="samples">Its samples.</param>
    public long FramesOf(long samples) => samples < FrameWidth ? 0 : ((samples - FrameWidth) / FrameStride) + 1;

    /// <summary>Reads <c>config.json</c> of a Hugging Face folder, and <c>preprocessor_config.json</c> beside it where
    /// there is one.</summary>
    /// <param name="path">The file <c>config.json</c>.</param>
    /// <exception cref="InputException">The file is missing, is no JSON, or describes something that this encoder does
    /// not compute.</exception>
    public static HubertConfig Read(string path)
    {
        var file = EncoderConfigFile.Read(path);
        file.ExpectModel("hubert");
        file.ExpectOnly("hidden_act", "gelu");
        file.ExpectOnly("feat_extract_activation", "gelu");
        file.ExpectOff("conv_pos_batch_norm");
        var config = new HubertConfig
        {
            ConvolutionChannels = file.Integers("conv_dim"),
            ConvolutionKernels = file.Integers("conv_kernel"),
            ConvolutionStrides = file.Integers("conv_stride"),
            ConvolutionBias = file.Flag("conv_bias", otherwise: false),
            GroupNorm = file.OneOf("feat_extract_norm", "group", "layer") is not "layer",
            ProjectionNorm = file.Flag("feat_proj_layer_norm", otherwise: true),
            HiddenSize = file.Integer("hidden_size"),
            IntermediateSize = file.Integer("intermediate_size"),
            Layers = file.Integer("num_hidden_layers"),
            Heads = file.Integer("num_attention_heads"),
            StableLayerNorm = file.Flag("do_stable_layer_norm", otherwise: false),
            NormEpsilon = file.Epsilon("layer_norm_eps", 1e-5),
            PositionKernel = file.Integer("num_conv_pos_embeddings", 128),
            PositionGroups = file.Integer("num_conv_pos_embedding_groups", 16),
            NormalizesWaveform = ReadNormalization(path),
        };
        config.Check(path);
        return config;
    }

    private static bool ReadNormalization(string path)
    {
        var preprocessor = Path.Combine(Path.GetDirectoryName(path) ?? "", "preprocessor_config.json");
        if (!File.Exists(preprocessor))
            return true;

        var file = EncoderConfigFile.Read(preprocessor);
        file.ExpectOnly("sampling_rate", SampleRate);
        return file.Flag("do_normalize", otherwise: true);
    }

    private void Check(string path)
    {
        var layers = ConvolutionChannels.Count;
        if (ConvolutionKernels.Count != layers || ConvolutionStrides.Count != layers)
        {
            throw new InputException($"{path}: conv_dim, conv_kernel and conv_stride list {layers}, "
                + $"{ConvolutionKernels.Count} and {ConvolutionStrides.Count} convolutions; they must be as many");
        }

        // Checked one by one, so that no product can overflow.
        long stride = 1;
        foreach (var (kernel, step) in ConvolutionKernels.Zip(ConvolutionStrides))
        {
            if (kernel > MostSamplesPerFrame || (stride *= step) > MostSamplesPerFrame)
            {
                throw new InputException($"{path}: conv_kernel and conv_stride make frames of more than "
                    + $"{MostSamplesPerFrame} samples");
            }
        }

        CheckDivides(path, "num_attention_heads", Heads);
        CheckDivides(path, "num_conv_pos_embedding_groups", PositionGroups);
    }

    private void CheckDivides(string path, string key, int value)
    {
        if (HiddenSize % value != 0)
            throw new InputException($"{path}: {key} {value} does not divide hidden_size {HiddenSize}");
    }
}
