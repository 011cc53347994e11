using EmotionLlama.Models;

namespace EmotionLlama.Tests.Models;

/// <summary>Sizes of a Llama, read from <c>config.json</c> files of different ages.</summary>
public sealed class LlamaConfigTests : IDisposable
{
    private const string Llama2 = """
        "model_type": "llama", "vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008,
        "num_hidden_layers": 32, "num_attention_heads": 32, "rms_norm_eps": 1e-06
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_an_old_file_leaves_out_has_the_values_that_were_the_only_ones_then()
    {
        var config = Read(Llama2);

        Assert.Equal(
            (32000, 4096, 11008, 32, 32, 32, 128),
            (config.VocabularySize, config.HiddenSize, config.IntermediateSize, config.Layers, config.Heads,
                config.KeyValueHeads, config.HeadSize));
        Assert.Equal(
            (1e-6, 10_000.0, 1.0, false),
            (config.NormEpsilon, config.RopeTheta, config.RopeFactor, config.TiedHead));
    }

    [Theory]
    [InlineData("""  "rope_theta": 5000.0  """, 5000, 1)]
    [InlineData("""  "rope_theta": 5000.0, "rope_scaling": null  """, 5000, 1)]
    [InlineData("""  "rope_parameters": {"rope_theta": 7000.0, "rope_type": "default"}  """, 7000, 1)]
    [InlineData("""  "rope_theta": 5000, "rope_scaling": {"type": "linear", "factor": 4.0}  """, 5000, 4)]
    [InlineData("""  "rope_parameters": {"rope_theta": 7000.0, "rope_type": "linear", "factor": 2}  """, 7000, 2)]
    public void Rotary_settings_are_found_where_each_version_puts_them(string keys, double theta, double factor)
    {
        var config = Read($"{Llama2}, {keys}");

        Assert.Equal((theta, factor), (config.RopeTheta, config.RopeFactor));
    }

    [Fact]
    public void What_is_written_is_read_as_the_same_sizes()
    {
        var config = new LlamaConfig
        {
            VocabularySize = 300,
            HiddenSize = 32,
            IntermediateSize = 48,
            Layers = 2,
            Heads = 4,
            KeyValueHeads = 2,
            HeadSize = 16,
            NormEpsilon = 1e-6,
            RopeTheta = 500,
            RopeFactor = 2.5,
            MaxPositions = 77,
            TiedHead = true,
        };
        var path = _folder.Write("config.json", System.Text.Encoding.UTF8.GetBytes(config.ToJson()));

        Assert.Equal(config, LlamaConfig.Read(path));
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("[1]", "'llama'")]
    [InlineData("""{"model_type": 3}""", "'llama'")]
    [InlineData("""{"model_type": "bert"}""", "model_type is 'bert'")]
    [InlineData("""{"model_type": "llama"}""", "no number 'num_attention_heads'")]
    [InlineData("""{"model_type": "llama", "num_attention_heads": 0}""", "num_attention_heads is 0")]
    [InlineData("""{"model_type": "llama", "num_attention_heads": 1e12}""", "num_attention_heads is 1000000000000")]
    public void A_file_that_describes_no_Llama_is_an_error(string json, string expected)
    {
        var path = _folder.Write("config.json", System.Text.Encoding.UTF8.GetBytes(json));

        var error = Assert.Throws<InputException>(() => LlamaConfig.Read(path));

        Assert.StartsWith($"{path}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("""  "num_key_value_heads": 5  """, "num_key_value_heads 5 does not divide num_attention_heads 32")]
    [InlineData("""  "rope_scaling": {"rope_type": "yarn"}  """, "'yarn' is not supported")]
    public void Sizes_that_contradict_each_other_or_are_unknown_are_an_error(string keys, string expected) =>
        Assert.Contains(
            expected, Assert.Throws<InputException>(() => Read($"{Llama2}, {keys}")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_missing_file_is_an_error() =>
        Assert.StartsWith(
            _folder["config.json"],
            Assert.Throws<InputException>(() => LlamaConfig.Read(_folder["config.json"])).Message,
            StringComparison.Ordinal);

    private LlamaConfig Read(string keys) =>
        LlamaConfig.Read(_folder.Write("config.json", System.Text.Encoding.UTF8.GetBytes($"{{{keys}}}")));
}
