using EmotionLlama.Configuration;
using EmotionLlama.Endpoints;
using Microsoft.Extensions.AI;

namespace EmotionLlama.Tests.Endpoints;

public sealed class EndpointClientsTests
{
    private static readonly Dictionary<string, string> Nothing = [];

    [Theory]
    [InlineData(null, null, "https://api.openai.com/v1")]
    [InlineData(null, "http://gpu-box:8000/v1", "http://gpu-box:8000/v1")]
    [InlineData("http://localhost:9/v1", "http://gpu-box:8000/v1", "http://localhost:9/v1")]
    public void The_recipe_comes_before_the_environment_and_OpenAI_last(string? recipe, string? environment, string url)
    {
        var variables = new Dictionary<string, string> { ["OPENAI_API_KEY"] = "key" };
        if (environment is not null)
            variables["OPENAI_BASE_URL"] = environment;

        using var client = Create(new EndpointRecipe { Model = "m", BaseUrl = recipe }, variables);

        var metadata = client.GetService<ChatClientMetadata>()!;
        Assert.Equal(url, metadata.ProviderUri!.ToString());
        Assert.Equal("m", metadata.DefaultModelId);
    }

    [Theory]
    [InlineData("http://localhost:8000/v1")]
    [InlineData("http://127.0.0.1:8000/v1")]
    [InlineData("http://[::1]:8000/v1")]
    [InlineData("http://192.168.0.7/v1")]
    [InlineData("http://gpu-box:8000/v1")]
    [InlineData("http://judge.lan/v1")]
    public void A_local_endpoint_needs_no_key(string url)
    {
        using var client = Create(new EndpointRecipe { Model = "m", BaseUrl = url }, Nothing);

        Assert.NotNull(client);
    }

    [Theory]
    [InlineData("https://example.com/v1")]
    [InlineData("http://8.8.8.8/v1")]
    [InlineData("http://172.32.0.1/v1")]
    public void Another_endpoint_needs_the_key_of_the_named_variable(string url)
    {
        var recipe = new EndpointRecipe { Model = "m", BaseUrl = url, ApiKeyEnv = "MY_KEY" };

        var error = Assert.Throws<InputException>(() => Create(recipe, Nothing));

        Assert.Contains("MY_KEY", error.Message, StringComparison.Ordinal);
        Create(recipe, new() { ["MY_KEY"] = " key\n" }).Dispose();
    }

    [Fact]
    public void A_judge_needs_a_model() => Assert.Contains(
        "judge.model",
        Assert.Throws<InputException>(() => Create(new EndpointRecipe(), Nothing)).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("localhost:8000")]
    [InlineData("ftp://localhost/v1")]
    [InlineData("")]
    public void What_is_no_address_is_refused(string url) => Assert.Contains(
        "judge.base_url",
        Assert.Throws<InputException>(() => Create(new EndpointRecipe { Model = "m", BaseUrl = url }, Nothing)).Message,
        StringComparison.Ordinal);

    private static IChatClient Create(EndpointRecipe recipe, Dictionary<string, string> environment) =>
        EndpointClients.Create(recipe, "judge", environment.GetValueOrDefault);
}
