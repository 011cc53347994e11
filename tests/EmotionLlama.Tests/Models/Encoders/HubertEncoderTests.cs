using EmotionLlama.Checkpoints;
using EmotionLlama.Media;
using EmotionLlama.Models.Encoders;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models.Encoders;

/// <summary>The speech encoder. The parity folder has a large model; the base kind is held against the formulas.
/// </summary>
public sealed class HubertEncoderTests
{
    public static TheoryData<string> Kinds => ["large", "base"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_computes_what_the_formulas_say(string kind)
    {
        using var scope = NewDisposeScope();
        var config = ConfigOf(kind);
        using var encoder = Create(config);
        var samples = HubertEncoder.Normalize(TinyEncoders.Sound(203).Samples);

        var states = new EncoderFormulas(TinyEncoders.Weights(config)).Hubert(config, samples);
        var last = config.StableLayerNorm ? states[^1] : states[^2];

        Assert.Equal(19, config.FramesOf(203));
        Assert.InRange(TinyModels.Distance(last.unsqueeze(0), encoder.Forward(samples.unsqueeze(0))), 0, 2e-5);
        Assert.InRange(
            TinyModels.Distance((states[1] + states[2] + last).unsqueeze(0), encoder.Forward(samples.unsqueeze(0), 3)),
            0, 5e-5);
    }

    [Fact]
    public void Without_the_final_norm_the_last_hidden_state_is_the_last_layers_output()
    {
        using var scope = NewDisposeScope();
        using var encoder = Create(TinyEncoders.Large with { FinalNorm = false });
        var samples = HubertEncoder.Normalize(TinyEncoders.Sound(203).Samples);

        var states = new EncoderFormulas(TinyEncoders.Weights(TinyEncoders.Large)).Hubert(TinyEncoders.Large, samples);

        Assert.InRange(TinyModels.Distance(states[^2].unsqueeze(0), encoder.Forward(samples.unsqueeze(0))), 0, 2e-5);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Windows_change_nothing(string kind)
    {
        using var scope = NewDisposeScope();
        using var whole = Create(ConfigOf(kind));
        var samples = HubertEncoder.Normalize(TinyEncoders.Sound(1234).Samples).unsqueeze(0);
        var expected = whole.Forward(samples);

        foreach (var frames in (int[])[1, 7, 60, 122, 123])
        {
            using var windowed = Create(ConfigOf(kind), frames);
            Assert.InRange(TinyModels.Distance(expected, windowed.Forward(samples)), 0, 1e-5);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Sounds_of_a_batch_do_not_see_each_other(string kind)
    {
        using var scope = NewDisposeScope();
        using var encoder = Create(ConfigOf(kind));
        var (first, second) = (Input(1), Input(2) * 3);

        var together = encoder.Forward(cat([first, second]));

        Assert.InRange(TinyModels.Distance(encoder.Forward(first), together[..1]), 0, 1e-5);
        Assert.InRange(TinyModels.Distance(encoder.Forward(second), together[1..]), 0, 1e-5);

        static Tensor Input(int seed) => HubertEncoder.Normalize(TinyEncoders.Sound(300, seed).Samples).unsqueeze(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void The_feature_of_a_sound_is_the_mean_over_time(int lastLayers)
    {
        using var scope = NewDisposeScope();
        using var encoder = Create(TinyEncoders.Large);
        var sound = TinyEncoders.Sound(500);

        var frames = encoder.EncodeFrames(sound, lastLayers);

        Assert.Equal([49, 12], frames.shape);
        Assert.InRange(
            TinyModels.Distance(frames.mean([0]), tensor(encoder.Encode(sound, lastLayers))), 0, 1e-6);
    }

    [Fact]
    public void A_waveform_gets_zero_mean_and_unit_variance()
    {
        using var scope = NewDisposeScope();
        var normalized = HubertEncoder.Normalize(TinyEncoders.Sound(1000).Samples);

        Assert.Equal(0, normalized.mean().item<float>(), 1e-6);
        Assert.Equal(1, normalized.square().mean().item<float>(), 1e-4);
        Assert.Equal(new float[4], HubertEncoder.Normalize([0.5f, 0.5f, 0.5f, 0.5f]).data<float>().ToArray());

        // Variance 1: only the 1e-7 under the root is left to see.
        Assert.Equal(1 / Math.Sqrt(1 + 1e-7), HubertEncoder.Normalize([3, 1]).data<float>()[0], 1e-7);
    }

    [Fact]
    public void Loudness_matters_only_where_the_folder_says_so()
    {
        using var scope = NewDisposeScope();
        using var normalizing = Create(TinyEncoders.Large);
        using var plain = Create(TinyEncoders.Large with { NormalizesWaveform = false });
        var quiet = TinyEncoders.Sound(400);
        var loud = quiet with { Samples = [.. quiet.Samples.Select(sample => sample * 2)] };

        Assert.InRange(Distance(normalizing), 0, 1e-4);
        Assert.InRange(Distance(plain), 1e-3, double.MaxValue);

        double Distance(HubertEncoder encoder) =>
            TinyModels.Distance(tensor(encoder.Encode(quiet)), tensor(encoder.Encode(loud)));
    }

    [Fact]
    public void A_sound_too_short_for_a_frame_is_an_error_with_the_shortest_length()
    {
        using var scope = NewDisposeScope();
        using var encoder = Create(TinyEncoders.Large);

        Assert.Single(encoder.EncodeFrames(TinyEncoders.Sound(20)).cpu().data<float>().ToArray().Chunk(12));
        Assert.Equal(
            "the sound has 19 samples; HuBERT needs at least 20 (1.3 ms)",
            Assert.Throws<InputException>(() => encoder.Encode(TinyEncoders.Sound(19))).Message);
        Assert.Contains(
            "has 0 samples", Assert.Throws<InputException>(() => encoder.Encode(TinyEncoders.Sound(0))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_sound_of_another_rate_and_one_with_holes_are_errors()
    {
        using var encoder = Create(TinyEncoders.Large);
        var sound = TinyEncoders.Sound(100);

        Assert.Contains(
            "44100 samples a second", Fails(new Waveform(44_100, sound.Samples)), StringComparison.Ordinal);
        sound.Samples[50] = float.NaN;
        Assert.Contains("no numbers", Fails(sound), StringComparison.Ordinal);

        string Fails(Waveform bad) => Assert.Throws<InputException>(() => encoder.Encode(bad)).Message;
    }

    [Fact]
    public void Only_as_many_hidden_states_as_there_are_can_be_added()
    {
        using var scope = NewDisposeScope();
        using var encoder = Create(TinyEncoders.Large);
        var sound = TinyEncoders.Sound(100);

        Assert.Throws<ArgumentOutOfRangeException>(() => encoder.Encode(sound, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => encoder.Encode(sound, 5));
    }

    [Fact]
    public void Missing_tensors_are_named()
    {
        using var weights = InMemoryWeights.ReadAll(TinyEncoders.Weights(TinyEncoders.Large));
        var cut = new RenamedWeights(weights, name =>
            name.EndsWith("layers.1.attention.k_proj.bias", StringComparison.Ordinal) ? null : name);
        var error = Assert.Throws<InputException>(() => new HubertEncoder(TinyEncoders.Large, TinyEncoders.Read(cut)));

        Assert.EndsWith("lacks tensors of a HuBERT: 'encoder.layers.1.attention.k_proj.bias'", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Of_many_missing_tensors_the_first_are_named()
    {
        var error = Assert.Throws<InputException>(() => new HubertEncoder(
            TinyEncoders.Large with { Layers = int.MaxValue },
            TinyEncoders.Read(TinyEncoders.Weights(TinyEncoders.Large))));

        Assert.Contains("'encoder.layers.3.attention.q_proj.weight', ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(" and more", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_precision_stays_close()
    {
        using var scope = NewDisposeScope();
        using var wide = Create(TinyEncoders.Base);
        using var narrow = new HubertEncoder(
            TinyEncoders.Base, TinyEncoders.Read(TinyEncoders.Weights(TinyEncoders.Base), ScalarType.BFloat16));
        var sound = TinyEncoders.Sound(800);

        Assert.InRange(TinyModels.Distance(tensor(wide.Encode(sound)), tensor(narrow.Encode(sound))), 1e-6, 0.1);
    }

    private static HubertConfig ConfigOf(string kind) => kind == "large" ? TinyEncoders.Large : TinyEncoders.Base;

    private static HubertEncoder Create(HubertConfig config, int windowFrames = 1000) =>
        new(config, TinyEncoders.Read(TinyEncoders.Weights(config)), windowFrames);
}
