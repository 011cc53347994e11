using EmotionLlama.Configuration;

namespace EmotionLlama.Tests.Configuration;

public sealed class RecipeFilesTests : IDisposable
{
    private readonly RecipeFolder _folder = new();

    public RecipeFilesTests()
    {
        string[] files = ["llama/config.json", "llama/tokenizer.model", "eva_vit_g.pth", "fine.txt", "clips/a.png"];
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.In(file))!);
            File.WriteAllText(_folder.In(file), "");
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void All_files_are_found_beside_the_recipe()
    {
        var loaded = _folder.Read(Yaml());

        RecipeFiles.CheckTraining(loaded);
        RecipeFiles.CheckEvaluation(loaded);
    }

    [Theory]
    [InlineData("model.llama_model=gone", "model.llama_model: no such folder: gone")]
    [InlineData("model.llama_model=clips",
        "model.llama_model: no config.json in {0}clips; name a Hugging Face Llama folder")]
    [InlineData("model.vit_model=gone.pth", "model.vit_model: no such file: gone.pth")]
    [InlineData("model.ckpt=gone.pth", "model.ckpt: no such file: gone.pth")]
    [InlineData("datasets.merr.build_info.image_path=gone",
        "datasets.merr.build_info.image_path: no such folder: gone")]
    [InlineData("datasets.merr.annotation_file=gone.txt", "datasets.merr.annotation_file: no such file: {0}gone.txt")]
    [InlineData("datasets.merr.instruction_pool=gone.yaml", "datasets.merr.instruction_pool: no such file: gone.yaml")]
    [InlineData("run.resume_ckpt_path=gone.pth", "run.resume_ckpt_path: no such file: gone.pth")]
    [InlineData("features.hubert=gone", "features.hubert: no such folder: gone")]
    [InlineData("features.video_mae=clips",
        "features.video_mae: no config.json in {0}clips; name an encoder's Hugging Face folder")]
    [InlineData("features.openface_path=gone", "features.openface_path: no such folder: gone")]
    [InlineData("features.frame=peak",
        "features.frame: peak is found in OpenFace's tables; name their folder with features.openface_path, or take "
        + "first, middle or a number")]
    [InlineData("datasets={}", "datasets: names no data; training needs some")]
    public void What_training_lacks_is_named_with_its_key_and_place(string option, string message)
    {
        var error = Assert.Throws<InputException>(() => RecipeFiles.CheckTraining(_folder.Read(Yaml(), option)));

        Assert.Equal($"--options {option}: {message.Replace("{0}", _folder.Path + "/")}", error.Message);
    }

    [Fact]
    public void A_missing_file_is_named_with_its_line()
    {
        File.Delete(_folder.In("fine.txt"));

        var error = Assert.Throws<InputException>(() => RecipeFiles.CheckTraining(_folder.Read(Yaml())));

        Assert.Equal($"{_folder.Recipe}:5: datasets.merr.build_info.ann_path: no such file: fine.txt", error.Message);
    }

    [Fact]
    public void The_vision_tower_is_looked_for_beside_the_llama()
    {
        File.Delete(_folder.In("eva_vit_g.pth"));

        var error = Assert.Throws<InputException>(() => RecipeFiles.CheckModel(_folder.Read(Yaml())));

        Assert.Equal(
            $"{_folder.Recipe}:1: model.vit_model: no such file: {_folder.In("eva_vit_g.pth")}", error.Message);
    }

    [Fact]
    public void A_data_set_without_annotations_says_where_the_original_has_them()
    {
        var error = Assert.Throws<InputException>(
            () => RecipeFiles.CheckTraining(_folder.Read(Yaml(), "datasets.merr.build_info=")));

        Assert.Contains("datasets.merr.build_info.ann_path: is not given", error.Message);
    }

    [Fact]
    public void What_evaluation_lacks_is_named_as_well()
    {
        var loaded = _folder.Read(Yaml(), "evaluation_datasets.test.img_path=gone");

        Assert.Equal(
            "--options evaluation_datasets.test.img_path=gone: evaluation_datasets.test.img_path: no such folder: gone",
            Assert.Throws<InputException>(() => RecipeFiles.CheckEvaluation(loaded)).Message);
        Assert.Throws<InputException>(() => RecipeFiles.CheckEvaluation(_folder.Read(Yaml(), "evaluation_datasets=")));
    }

    private static string Yaml() => """
        model: {llama_model: llama}
        datasets:
          merr:
            build_info:
              ann_path: fine.txt
              image_path: clips
        evaluation_datasets:
          test: {eval_file_path: fine.txt, img_path: clips}
        """;
}
