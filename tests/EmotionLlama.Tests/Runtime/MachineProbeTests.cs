using EmotionLlama.Runtime;

namespace EmotionLlama.Tests.Runtime;

public class MachineProbeTests
{
    [Fact]
    public void The_report_names_engine_processor_memory_and_disk()
    {
        var report = MachineProbe.Inspect(libTorchFolder: null, Path.GetTempPath());

        Assert.True(report.Able);
        Assert.Equal(LibTorch.Load().Folder, report.Engine!.Folder);
        Assert.StartsWith("2.10.", report.Engine.LibTorchVersion);
        Assert.StartsWith("0.107", report.Engine.TorchSharpVersion);
        Assert.NotEmpty(report.Cpu.Model);
        Assert.Equal(Environment.ProcessorCount, report.Cpu.Cores);
        Assert.True(report.MemoryBytes > 0);
        Assert.True(report.DiskFreeBytes > 0);
    }

    [Fact]
    public void A_folder_that_does_not_exist_yet_counts_by_the_disk_it_would_be_on()
    {
        var folder = Path.Combine(Path.GetTempPath(), "not", "yet", "there");

        var report = MachineProbe.Inspect(libTorchFolder: null, folder);

        Assert.True(report.DiskFreeBytes > 0);
    }

    [Fact]
    public void What_is_missing_comes_with_what_to_do()
    {
        var report = MachineProbe.Inspect(libTorchFolder: null, Path.GetTempPath());

        Assert.Equal(report.Ffmpeg is null, report.Advice.Any(line => line.Contains("install it")));
        Assert.Equal(report.Gpus.Count == 0, report.Advice.Any(line => line.StartsWith("no NVIDIA GPU")));
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(1L << 30, "1 GiB")]
    [InlineData(100L << 30, "100 GiB")]
    [InlineData(1000L << 30, "1 TiB")]
    public void Sizes_have_a_unit_and_few_digits(long bytes, string text)
    {
        Assert.Equal(text, ByteSize.Format(bytes));
    }
}
