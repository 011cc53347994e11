using System.Text.Json.Serialization;

namespace EmotionLlama.Evaluation;

/// <summary>A line of an <see cref="AnswerLog"/>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "line")]
[JsonDerivedType(typeof(AnswerLogSettings), "settings")]
[JsonDerivedType(typeof(LoggedAnswer), "answer")]
internal abstract record AnswerLogLine;
