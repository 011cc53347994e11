using EmotionLlama.Datasets;
using EmotionLlama.Generation;
using EmotionLlama.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Generation;

/// <summary>Questions about clips to a small random model.</summary>
public sealed class AnswerGeneratorTests : IDisposable
{
    private static readonly GenerationSettings Settings = new() { MaxNewTokens = 30, DoSample = true, Seed = 4 };

    private readonly TinyModel _tiny = new();
    private readonly AnswerGenerator _generator;

    public AnswerGeneratorTests() => _generator = new(_tiny.Model, _tiny.Prompts);

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public void Each_clip_gets_its_name_the_ids_and_their_text()
    {
        var answers = Answer([_tiny.Clip("first", "the face"), _tiny.Clip("the second", "voice")], Settings);

        Assert.Equal(["first", "the second"], answers.Select(answer => answer.Name));
        Assert.All(answers, answer =>
        {
            Assert.InRange(answer.TokenIds.Count, 1, Settings.MaxNewTokens);
            Assert.Equal(_tiny.Prompts.Tokenizer.Decode(answer.TokenIds).Trim(), answer.Text);
            Assert.Null(answer.Score);
        });
        Assert.NotEqual(answers[0].TokenIds, answers[1].TokenIds);
    }

    [Fact]
    public void A_beam_search_gives_a_score()
    {
        var answer = Answer([_tiny.Clip("clip", "the face")], new() { MaxNewTokens = 5, Beams = 2 }).Single();

        Assert.True(answer.Score < 0);
    }

    [Fact]
    public void No_clips_have_no_answers() => Assert.Empty(Answer([], Settings));

    [Fact]
    public void Neither_gradients_nor_tensors_are_left_behind()
    {
        var clip = _tiny.Clip("clip", "the face");
        Answer([clip], Settings);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        for (var i = 0; i < 20; i++)
            Answer([clip], Settings with { MaxNewTokens = 3 });

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.True(is_grad_enabled());
        Assert.All(_tiny.Model.TrainableParameters, parameter => Assert.Null(parameter.Value.grad));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task The_pieces_of_a_stream_joined_are_the_answer(int beams)
    {
        var clip = _tiny.Clip("clip", "the face says");
        var settings = Settings with { Beams = beams, DoSample = beams == 1, MinNewTokens = 12, MaxNewTokens = 12 };

        var pieces = new List<string>();
        await foreach (var piece in _generator.StreamAsync(clip, settings, TestContext.Current.CancellationToken))
            pieces.Add(piece);

        Assert.True(pieces.Count > 1);
        Assert.DoesNotContain("", pieces);
        Assert.Equal(Answer([clip], settings).Single().Text, string.Concat(pieces));
    }

    [Fact]
    public void A_stream_holds_white_space_back_until_text_follows()
    {
        var tokenizer = _tiny.Prompts.Tokenizer;
        var text = new AnswerTextStream(tokenizer);
        int[] ids = [.. tokenizer.Encode("\n the face  \n"), tokenizer.EndId];

        string[] pieces = [.. ids.Select(text.Add), text.Finish()];

        Assert.Equal("the face", string.Concat(pieces));
        Assert.All(pieces.Where(piece => piece.Length > 0), piece => Assert.Equal(piece.TrimEnd(), piece));
    }

    [Fact]
    public async Task Streams_can_run_at_the_same_time()
    {
        var clips = Enumerable.Range(0, 4).Select(i => _tiny.Clip(new string('c', i + 1), "the voice")).ToArray();

        var texts = await Task.WhenAll(clips.Select(async clip =>
        {
            var text = "";
            await foreach (var piece in _generator.StreamAsync(clip, Settings, TestContext.Current.CancellationToken))
                text += piece;

            return text;
        }));

        Assert.Equal(clips.Select(clip => Answer([clip], Settings).Single().Text), texts);
    }

    [Fact]
    public async Task A_stream_stops_when_it_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var endless = Settings with { MaxNewTokens = 150, MinNewTokens = 150 };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in _generator.StreamAsync(_tiny.Clip("clip", "the face"), endless, stop.Token))
                await stop.CancelAsync();
        });
    }

    [Fact]
    public async Task Leaving_a_stream_early_ends_its_work()
    {
        var endless = Settings with { MaxNewTokens = 150, MinNewTokens = 150 };
        var clip = _tiny.Clip("clip", "the face");

        await foreach (var _ in _generator.StreamAsync(clip, endless, TestContext.Current.CancellationToken))
            break;

        Assert.NotEmpty(Answer([clip], Settings));
    }

    [Fact]
    public async Task An_error_reaches_the_reader_of_a_stream()
    {
        var clip = _tiny.Clip("clip", "twice <VideoHere>");

        var error = await Assert.ThrowsAsync<InputException>(async () =>
        {
            await foreach (var _ in _generator.StreamAsync(clip, Settings, TestContext.Current.CancellationToken))
                Assert.Fail("a prompt with two pictures has no answer");
        });

        Assert.Contains("<VideoHere>", error.Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => _generator.StreamAsync(
            clip, new() { TopP = 2 }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Cancellation_stops_an_answer()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        Assert.Throws<OperationCanceledException>(() =>
            _generator.Answer([_tiny.Clip("clip", "the face")], Settings, stop.Token));
    }

    [Fact]
    public void Prompts_for_another_number_of_image_tokens_are_refused()
    {
        var others = new PromptBuilder(
            _tiny.Prompts.Tokenizer, new PromptSettings { ImageTokens = _tiny.Model.ImageTokens + 1 });

        Assert.Throws<ArgumentException>(() => new AnswerGenerator(_tiny.Model, others));
    }

    private IReadOnlyList<GeneratedAnswer> Answer(IReadOnlyList<ClipSample> clips, GenerationSettings settings) =>
        _generator.Answer(clips, settings, TestContext.Current.CancellationToken);
}
