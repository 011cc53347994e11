namespace EmotionLlama.Tests.Scoring;

/// <summary>The same clips told twice, in other words.</summary>
internal static class Paraphrases
{
    /// <summary>Made-up clips.</summary>
    public static IReadOnlyList<(string Truth, string Told)> Own { get; } =
    [
        ("A nurse sits on a hospital bench. Her eyebrows are drawn together, she sighs twice and her voice is weak "
            + "and slow. She asks \"When will the surgery be over?\" Therefore she is worried.",
            "With a frown and a sigh, a woman in a hospital talks slowly and asks whether the operation is done, "
                + "so she seems anxious."),
        ("He bangs the table, shouts and points at his boss; his eyes are wide open. He says \"You promised me "
            + "this job!\" It can be inferred that he is furious.",
            "The man stares with wide eyes, hits the desk and yells at someone from work, pointing at them. He "
                + "must be angry."),
        ("The girl grins from ear to ear, claps and laughs; her bright voice is quick. Outdoors, at a birthday "
            + "party. So she is happy and excited.",
            "She is smiling and laughing out loud, with a cheerful and fast voice, and claps her hands. She feels "
                + "joyful."),
        ("His head hangs, his eyes are red and full of tears, and he chokes on his words: \"I never said goodbye "
            + "to my father.\" Therefore, he is grieving.",
            "He lowers his head and weeps, and his voice breaks into sobs as he speaks about his father. He is sad."),
        ("Her jaw drops, the brows shoot up and her pitch rises. She exclaims \"You are pregnant!\" Hence she is "
            + "surprised.",
            "The mouth is wide open and the eyebrows are raised; she exclaims that someone is pregnant. She looks "
                + "astonished."),
        ("He smirks, rolls his eyes, and sneers in a mocking tone; his arms are crossed. It is inferred that he "
            + "feels contempt.",
            "With folded arms and a smirk he ridicules the other person, so the man is scornful."),
        ("Her hands are trembling, her face is pale and she whispers with a shaky voice in the dark street at "
            + "night. Therefore she is afraid.",
            "At night, in the dark, her voice is soft and trembles, so the woman is frightened."),
        ("He tilts his head, narrows his eyes and speaks hesitantly, with a questioning tone and long pauses. So "
            + "he is doubtful.",
            "Squinting, with his head tilted, he stutters and pauses before he asks. So he is skeptical of it."),
        ("With a calm voice and a relaxed face the teacher explains the exam in the classroom. Overall he is calm.",
            "In a classroom, the man explains a test with a steady voice and a blank face, so he is neutral."),
        ("She bows her head, blushes and apologizes in a low voice; she avoids eye contact. It is inferred that "
            + "she is ashamed.",
            "Looking down, with a red face, she says sorry and lowers her head, so she feels embarrassed and "
                + "guilty."),
    ];

    /// <summary>EMER v1 clips, told anew.</summary>
    public static IReadOnlyDictionary<string, string> OfEmer { get; } = new Dictionary<string, string>
    {
        ["sample_00000648"] = "The man shouts at somebody; he talks fast and his eyes are wide open, so he must be "
            + "furious.",
        ["sample_00000680"] = "With a smile he says \"thank you\" and seems bashful, so he is thankful and glad.",
        ["sample_00001823"] = "A frown and a deep voice show that he does not want his friend to go, so he is sad "
            + "and anxious.",
        ["sample_00002348"] = "His jaw drops and his brows go up when he learns of the pregnancy; he talks loudly "
            + "and quickly. So he is astonished.",
        ["sample_00002518"] = "Although smiling, he has watery, reddened eyes; the voice is quiet and slow, so he "
            + "is sad.",
        ["sample_00003662"] = "Smiling broadly, he speaks in a firm voice and looks resolute, so he feels joyful.",
        ["sample_00004125"] = "He apologizes with a tearful voice and knitted eyebrows while looking down, so he "
            + "is sad and guilty.",
        ["sample_00004722"] = "With red eyes and a weak, slow voice he asks somebody to listen, so he is depressed.",
        ["sample_00005526"] = "He speaks ever louder and faster, scowls and stares wide-eyed, so he is angry.",
        ["sample_00006114"] = "Speaking slowly to his mother, he sighs, frowns and hangs his head, so he is anxious.",
    };
}
