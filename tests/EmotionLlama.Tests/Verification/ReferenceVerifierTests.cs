using System.Text.Json.Nodes;
using EmotionLlama.Checkpoints;
using EmotionLlama.Verification;

namespace EmotionLlama.Tests.Verification;

public sealed class ReferenceVerifierTests
{
    [Fact]
    public void Every_number_of_the_reference_is_reproduced()
    {
        var report = ReferenceCopy.Verify(SharedData.Require("parity"));

        Assert.DoesNotContain(report.Checks, check => !check.Passed);
        Assert.True(report.Passed);
        Assert.True(report.Checks.Count > 46);
        Assert.Empty(report.NotCovered);
    }

    [Fact]
    public void Every_number_of_the_committed_part_of_the_reference_is_reproduced()
    {
        var report = ReferenceCopy.Verify(ReferenceCopy.Committed);

        var failed = report.Checks.Where(check => !check.Passed).ToList();
        Assert.Equal(ReferenceCopy.LeftOut, failed.Select(check => check.Name), StringComparer.Ordinal);
        Assert.All(failed, check => Assert.Matches("is missing, but the layout|no entry '/optimizer'", check.Message));
        Assert.Empty(report.NotCovered);
    }

    [Fact]
    public void One_changed_number_fails_exactly_the_check_that_knows_it()
    {
        using var copy = new ReferenceCopy(ReferenceCopy.Committed);
        copy.ChangeJson("tokenizer_cases.json", root => root[0]!["decoded"] = "another text");
        copy.ChangeJson("llama_config_full.json", root => root["rms_norm_eps"] = 1e-6);
        copy.ChangeSafetensors("forward.safetensors", "encode_img", 1e-3);
        copy.ChangeSafetensors("forward.safetensors", "part_targets", 1);
        copy.ChangeJson("expected.json", root =>
        {
            Add(root["losses_single"]!, 3, 1e-3);
            root["loss_batch_0_1_2"] = root["loss_batch_0_1_2"]!.GetValue<double>() - 1e-3;
            root["trajectory"]![5]!["lr"] = root["trajectory"]![5]!["lr"]!.GetValue<double>() * (1 + 1e-9);
            root["trajectory"]![20]!["loss"] = root["trajectory"]![20]!["loss"]!.GetValue<double>() + 1e-3;
            root["generation"]![1]!["beam4"]![3] = 7;
            root["generation"]![2]!["prompt_len"] = 1;
            Add(root["generation"]![0]!["first_logits_top5"]![4]!, 1, 2e-3);
        });
        copy.ChangeJson("lr_schedule.json", root => Add(root["stage1"]!["lr"]![7]!, 2, 1e-12));
        copy.ChangeJson("caption_processor_cases.json", root => root[1]!["processed"] = "another text");
        copy.ChangeSafetensors("frame_processed.safetensors", "processed_112", 0.05);
        copy.ChangeSafetensors("hubert_io.safetensors", "utterance_mean_last", 1e-3);
        copy.ChangeSafetensors("vitmae_io.safetensors", "last_hidden", 1e-3);
        copy.ChangeSafetensors(Path.Combine("videomae", "model.safetensors"), "layernorm.bias", 1e-3);
        using (var variety = TorchCheckpoint.Open(copy["pickle_variety.pth"]))
        {
            var root = (OrderedDictionary<object, object?>)variety.Root!;
            root["np"] = 1.5;
            TorchCheckpointWriter.Save(copy["other.pth"], root);
        }

        File.Move(copy["other.pth"], copy["pickle_variety.pth"], overwrite: true);
        File.Copy(copy["checkpoint_0.pth"], copy["pickle_hostile.pth"], overwrite: true);

        Assert.Equal(
            new[]
            {
                "tokenizer_decoded", "llama_config", "forward_encode_img", "forward_part_targets", "losses_single",
                "loss_batch_0_1_2", "trajectory_lr", "trajectory_loss", "generation_prompt_len",
                "generation_first_logits", "generation_beam4", "lr_schedule_stage1", "caption_processor",
                "image_processed_112", "hubert_utterance_mean_last", "vitmae_last_hidden", "videomae_last_hidden",
                "pickle_variety", "pickle_hostile",
            }.Order(),
            copy.Failures().Except(ReferenceCopy.LeftOut).Order());
    }

    [Fact]
    public void One_changed_number_in_what_is_not_committed_fails_exactly_its_check_too()
    {
        using var copy = new ReferenceCopy(SharedData.Require("parity"));
        copy.ChangeSafetensors("grads.safetensors", "feats_llama_proj2.weight", 0.01);
        copy.ChangeTorch(
            Path.Combine("llama_bin", "pytorch_model-00001-of-00002.bin"), "model.embed_tokens.weight", 0.01);
        var legacy = File.ReadAllBytes(copy["checkpoint_0_legacy_format.pth"]);
        legacy[^1] ^= 0x40;
        File.WriteAllBytes(copy["checkpoint_0_legacy_format.pth"], legacy);

        Assert.Equal(
            new[] { "checkpoint_0_legacy_format", "grads", "llama_bin" }.Order(), copy.Failures().Order());
    }

    [Fact]
    public void Folders_of_other_sizes_are_verified_just_as_well()
    {
        using var folder = new TemporaryFolder();
        MadeReference.Write(folder.Location);

        var report = ReferenceCopy.Verify(folder.Location);

        Assert.Equal(
            new[]
            {
                "tokenizer_ids", "tokenizer_decoded", "llama_bin", "checkpoint_0_legacy_format", "grads",
                "generation_first_logits", "lr_schedule", "caption_processor", "image_processor",
                "hubert_input_values", "hubert_last_hidden", "hubert_utterance_mean_last",
                "hubert_utterance_mean_last4_sum", "vitmae_last_hidden", "videomae_last_hidden", "pickle_variety",
                "pickle_hostile",
            },
            report.Checks.Where(check => !check.Passed).Select(check => check.Name));
        Assert.Equal(
            [
                "trajectory_lr", "trajectory_loss", "checkpoint_1_weights", "checkpoint_1_optimizer_steps",
                "checkpoint_1_first_moments", "checkpoint_1_second_moments", "generation_prompt_len",
                "generation_greedy", "generation_beam2",
            ],
            report.Checks.Where(check => check.Passed).Select(check => check.Name).TakeLast(9));
    }

    [Fact]
    public void A_missing_file_fails_the_checks_that_need_it_and_names_it()
    {
        using var copy = new ReferenceCopy(ReferenceCopy.Committed);
        File.Delete(copy["lr_schedule.json"]);
        File.Delete(copy["frame.png"]);
        File.Delete(copy["checkpoint_2.pth"]);

        var report = ReferenceCopy.Verify(
            copy.Location, new LearningRateChecks(), new ImageChecks(), new TrajectoryChecks(), new GenerationChecks(),
            new CaptionChecks());

        Assert.Contains("lr_schedule.json: is missing", Message("lr_schedule"), StringComparison.Ordinal);
        Assert.Contains("frame.png: is missing", Message("image_processed_112"), StringComparison.Ordinal);
        Assert.Contains("no checkpoint_N.pth", Message("trajectory_loss"), StringComparison.Ordinal);
        Assert.Contains("no checkpoint_N.pth", Message("generation_greedy"), StringComparison.Ordinal);
        Assert.True(report.Checks.Single(check => check.Name == "caption_processor").Passed);

        string? Message(string name) => report.Checks.Single(check => check.Name == name && !check.Passed).Message;
    }

    [Fact]
    public void Damaged_json_fails_its_checks_with_one_line_each()
    {
        using var copy = new ReferenceCopy(ReferenceCopy.Committed);
        File.WriteAllText(copy["tokenizer_cases.json"], "[{\"text\":\n 3}]");

        var result = ReferenceCopy.Verify(copy.Location, new TokenizerChecks()).Checks[0];

        Assert.False(result.Passed);
        Assert.Null(result.MaxError);
        Assert.Contains("tokenizer_cases.json: not what the layout says", result.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', result.Message!);
    }

    private static void Add(JsonNode list, int index, double by) => list[index] = list[index]!.GetValue<double>() + by;
}
