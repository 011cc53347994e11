using EmotionLlama.Tokenization;

namespace EmotionLlama.Tests.Tokenization;

/// <summary>Vocabularies learned from a few sentences.</summary>
public sealed class BytePairTrainerTests
{
    private static readonly string[] Corpus =
    [
        "The person in the video raises the brows and opens the mouth.",
        "The person in the video lowers the brows, and the voice trembles.",
        "In 2024 the person said: I did not expect you here!",
        "<s> and <0x41> are plain text of the corpus, <s> twice, <0x41> twice.",
    ];

    [Fact]
    public void A_vocabulary_begins_with_the_marks_and_bytes_and_ends_with_the_characters()
    {
        var pieces = BytePairTrainer.Train(Corpus, 320).Pieces;

        Assert.Equal(["<unk>", "<s>", "</s>", "<0x00>"], pieces.Take(4).Select(piece => piece.Text));
        Assert.Equal("<0xFF>", pieces[258].Text);
        Assert.Equal(320, pieces.Count);
        Assert.True(pieces[259].Text.Length > 1);
        Assert.Equal(1, pieces[^1].Text.Length);
        Assert.Equal(
            Enumerable.Range(0, 320 - 259).Select(rank => (float)-rank),
            pieces.Skip(259).Select(piece => piece.Score));
    }

    [Fact]
    public void The_most_frequent_pair_is_merged_first_and_ties_go_by_text()
    {
        var pieces = BytePairTrainer.Train(["zz zz ab ab ab", "yx yx"], 259 + 6 + 3).Pieces;

        Assert.Equal(["ab", "▁ab", "yx"], pieces.Skip(259).Take(3).Select(piece => piece.Text));
    }

    [Fact]
    public void No_piece_crosses_words_or_joins_digits()
    {
        var learned = BytePairTrainer.Train(Corpus, 400).Pieces.Skip(259).Select(piece => piece.Text).ToArray();

        Assert.DoesNotContain(learned, text => text.LastIndexOf('▁') > 0);
        Assert.DoesNotContain(learned, text => text.Length > 1 && text.Any(char.IsDigit));
        Assert.Contains("▁the", learned);
    }

    [Fact]
    public void Text_that_spells_a_mark_does_not_become_a_piece()
    {
        var pieces = BytePairTrainer.Train(Corpus, 600).Pieces;

        Assert.Equal(pieces.Count, pieces.Select(piece => piece.Text).Distinct().Count());
    }

    [Fact]
    public void A_vocabulary_stays_small_where_nothing_occurs_twice() =>
        Assert.Equal(259 + 4, BytePairTrainer.Train(["abc"], 1000).Pieces.Count);

    [Fact]
    public void A_vocabulary_without_room_for_the_characters_is_refused()
    {
        var error = Assert.Throws<InputException>(() => BytePairTrainer.Train(Corpus, 270));

        Assert.Contains("270", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_corpus_gives_the_same_bytes()
    {
        var once = SentencePieceModelWriter.Serialize(BytePairTrainer.Train(Corpus, 350));
        var again = SentencePieceModelWriter.Serialize(BytePairTrainer.Train(Corpus, 350));

        Assert.Equal(once, again);
    }

    [Fact]
    public void What_is_written_is_what_is_read()
    {
        var written = BytePairTrainer.Train(Corpus, 350) with { UnknownId = 0, BeginId = 1, EndId = 2 };

        var read = SentencePieceModelReader.Read(SentencePieceModelWriter.Serialize(written));

        Assert.Equal(written.Pieces, read.Pieces);
        Assert.Equal(written with { Pieces = read.Pieces }, read);
    }
}
