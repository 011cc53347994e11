"""Writes tests/EmotionLlama.Tests/Evaluation/classification.json: scores of scikit-learn on 1,000 random label sets.

    python3 tests/reference/classification.py [OUTPUT]

Needs scikit-learn and numpy. Each set is a line of one string, its parts separated by blanks:
the scheme, the labels and the answers of its clips (a letter each, the label's place in the scheme; - is an answer
without a label, + one outside the scheme), then accuracy, weighted F1, macro recall over the labels that occur, and
precision, recall and F1 of each label. Ratios of counts are written as fractions, which are short and exact.
"""

import json
import random
import sys
import warnings
from fractions import Fraction

from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support, recall_score

SIZES = {"merr": 9, "mer2023": 6, "mer2024": 6, "dfew": 7}
LETTERS = "abcdefghi"
warnings.filterwarnings("ignore")


def fraction(value):
    exact = Fraction(float(value)).limit_denominator(100_000)
    assert abs(float(exact) - float(value)) < 1e-14, value
    return str(exact)


def make(rng):
    scheme = rng.choice(list(SIZES))
    labels = LETTERS[: SIZES[scheme]]
    clips = rng.randint(1, 40)
    weights = [rng.random() ** 2 for _ in labels]
    skill = rng.random()
    truth = rng.choices(labels, weights, k=clips)
    answers = [label if rng.random() < skill else rng.choice(labels + "-+") for label in truth]
    present = sorted(set(truth))
    precision, recall, f1, _ = precision_recall_fscore_support(truth, answers, labels=list(labels), zero_division=0)
    weighted = f1_score(truth, answers, labels=list(labels), average="weighted", zero_division=0)
    macro = recall_score(truth, answers, labels=present, average="macro", zero_division=0)

    # Means of fractions have no small denominator.
    scores = [fraction(accuracy_score(truth, answers)), repr(float(weighted)), repr(float(macro))]
    scores += [fraction(score) for row in zip(precision, recall, f1) for score in row]
    return " ".join([scheme, "".join(truth), "".join(answers)] + scores)


def main():
    rng = random.Random(20230815)
    output = sys.argv[1] if len(sys.argv) > 1 else "tests/EmotionLlama.Tests/Evaluation/classification.json"
    with open(output, "w", encoding="utf-8") as file:
        json.dump([make(rng) for _ in range(1000)], file, indent=0)
        file.write("\n")


main()
