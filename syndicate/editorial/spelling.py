"""Edit distance between words: insertions, deletions, substitutions and swaps of neighbours.

The distance is that of F. J. Damerau (CACM 7(3), 1964) in its restricted form.
"""

from __future__ import annotations

LONGEST_WORD = 40  # letters: what is longer is no word


def distance(word: str, other: str, most: int) -> int:
    """Return how many edits lead from one word to the other; ``most`` + 1 for any more."""
    if abs(len(word) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        new = [i]
        for j, sign in enumerate(other, 1):
            cost = min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (letter != sign))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == sign:
                cost = min(cost, before[j - 2] + 1)
            new.append(cost)
        if min(new) > most:
            return most + 1
        before, row = row, new
    return row[-1]


def letters_in(word: str) -> int:
    """Return a bit for each letter that a word has: an edit changes two of them at most."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 63)
    return bits
