using EmotionLlama.Configuration;
using EmotionLlama.Datasets;

namespace EmotionLlama.Tests.Fuzzing;

/// <summary>Damaged text files of a data set end in one line that says what is wrong, or are read as what they have
/// become.</summary>
public sealed class TextFuzzTests
{
    // Decoded, a byte is a char of two; lists and dictionaries double as they grow.
    private static readonly FuzzLimits Limits = new() { PerByte = 16, Besides = 512 << 10 };

    private static readonly string[] FineFields =
        ["AU_list", "visual_prior_list", "audio_prior_list", "peak_index", "text", CaptionFile.FineField];

    [Theory]
    [InlineData("txt")]
    [InlineData("coarse.json")]
    [InlineData("fine.json")]
    [InlineData("csv")]
    public void Damaged_files_are_read_or_refused(string format)
    {
        using var run = new FuzzRun(format, Limits, Reader(format));
        run.Mutations(Samples(format));

        Assert.InRange(run.Taken, 100, FuzzRun.Cases);
        Assert.InRange(run.Refused, 100, FuzzRun.Cases);
    }

    [Theory]
    [InlineData("txt")]
    [InlineData("coarse.json")]
    [InlineData("fine.json")]
    [InlineData("csv")]
    public void Files_that_once_failed_are_read_or_refused(string format)
    {
        using var run = new FuzzRun(format, Limits, Reader(format));
        run.Corpus();
    }

    private static Action<string> Reader(string format) => format switch
    {
        "txt" => ReadAnnotations,
        "coarse.json" => path => CaptionFile.Read(path, [CaptionFile.CoarseField]),
        "fine.json" => path => CaptionFile.Read(path, FineFields),
        "csv" => path => Transcripts.Read(path),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    private static void ReadAnnotations(string path)
    {
        AnnotationFile.Read(path, LabelScheme.Mer2023);
        AnnotationFile.Read(path);
    }

    private static FuzzSample[] Samples(string format) => format switch
    {
        "txt" =>
        [
            new("blanks", [.. "sample_1 120 happy 0.5\nsample_2 88 sad -2.25\nsample_3 7 worried 1e-3\n"u8]),
            new("tabs", [.. "\uFEFFa\t1\tneutral\t0\r\n\r\nb\t2\tAngry\t-1\r\n喂\t3\tSurprise\t+1\r\n"u8]),
        ],
        "coarse.json" =>
        [
            new("compact", [.. """{"sample_1": {"caption": "He smiles."}, "喂": {"caption": null, "x": [1, {}]}}"""u8]),
            new("spread", [.. "{\n  \"a\": {\n    \"caption\": \"\\u00e9 \\\"so\\\"\"\n  },\n  \"a\": {}\n}\n"u8]),
        ],
        "fine.json" =>
        [
            new("record", [.. """
                {
                  "sample_1": {
                    "AU_list": ["AU06", "AU12"], "visual_prior_list": ["Cheek raiser: 2.1", "Lip corner puller: 3"],
                    "audio_prior_list": "a calm tone", "peak_index": "33", "peak_AU_list": {"AU06": 1.25},
                    "pseu_emotion": "happy", "text": "Yes, that's \"it\" \ud83d\ude00", "smp_reason_caption": "She …"
                  },
                  "sample_2": {"peak_index": 7, "AU_list": [], "smp_reason_caption": ""}
                }
                """u8]),
        ],
        "csv" =>
        [
            new("plain", [.. "name,sentence\nsample_1,Hello there\nsample_2,\"Yes, \"\"so\"\"\nand\"\nsample_3,\n"u8]),
            new("other order", [.. "\uFEFFchinese,sentence,name\r\n喂,Hello,a\r\n\"\",\"b, c\",b\r\n"u8]),
        ],
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };
}
