#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes src/phonemes/data/mandarin.txt from the data of two packages: tools/mandarin_data.py OUTPUT

It wants the PyPI packages jieba 0.42.1 (words with their frequencies, and how likely a character begins, continues or ends a word) and
pypinyin 0.55.0 (readings of characters and phrases) in the Python that runs it. Both are under the MIT licence (src/phonemes/data/README.md).

The file is UTF-8 text in three parts, each after a line [NAME]; numbers are one printable character each (see number()):
  [readings]  PINYIN CHARACTERS           the usual reading of single characters
  [hmm]       CHARACTER B M E S           minus log probability of the character in a place of a word (begin, middle, end, single)
  [words]     SHARED REST FREQUENCY PINYIN  in order of code points; SHARED is how many characters are those of the line before; PINYIN stands
              there when the word is not read as its characters are; FREQUENCY '~' marks a phrase that is here for its reading only
"""
import collections
import math
import pathlib
import sys

STEP = 0.2  # of the natural logarithm
SMALLEST_FREQUENCY = 14
SMALLEST_FREQUENCY_OF_CHARACTER = 8
# Characters that are rarer than e^-14 everywhere say nothing about words.
LARGEST_HMM_COST = 14
# Words of five characters and more are mostly names of institutions.
SMALLEST_FREQUENCY_OF_LONG = 60
# Rarer words with these endings and beginnings are everyday ones.
ENDINGS = "们上里中下内外边者性化来去了着过得"


def number(value):
    """0 … 92 as one printable character; '~' is kept for "none"."""
    return chr(33 + max(0, min(92, int(value))))


def is_han(text):
    return all("\u4e00" <= c <= "\u9fff" or c == "〇" for c in text)


def readings_of(lazy_pinyin, style, word):
    return [p.replace("ü", "v") for p in lazy_pinyin(word, style=style, neutral_tone_with_five=True)]


def words_of(jieba_folder):
    words = {}
    for line in (jieba_folder / "dict.txt").read_text(encoding="utf-8").splitlines():
        word, frequency, _ = line.split(" ")
        if is_han(word):
            words[word] = int(frequency)
    return words


def is_wanted(word, frequency, is_special):
    if is_special:
        return True
    if len(word) == 1:
        return frequency >= SMALLEST_FREQUENCY_OF_CHARACTER
    if len(word) > 4:
        return frequency >= SMALLEST_FREQUENCY_OF_LONG
    return frequency >= SMALLEST_FREQUENCY or (len(word) == 3 and word[-1] in ENDINGS and frequency >= 3)


def single_readings(lazy_pinyin, style):
    single = {}
    for code in [0x3007, *range(0x4E00, 0xA000)]:
        reading = readings_of(lazy_pinyin, style, chr(code))
        if len(reading) == 1 and reading[0].isascii() and reading[0][:1].isalpha() and reading[0][-1:].isdigit():
            single[chr(code)] = reading[0]
    return single


def hmm_lines(jieba_folder):
    emit = {}
    for state in "BMES":
        emit[state] = __import__("jieba.finalseg.prob_emit", fromlist=["P"]).P[state]
    counts = collections.Counter(c for state in emit.values() for c in state)
    for char in sorted(counts):
        if is_han(char) and max(emit[s].get(char, -99) for s in "BMES") >= -LARGEST_HMM_COST:
            yield char + "".join(number(-emit[s][char] / STEP) if char in emit[s] else "~" for s in "BMES")


def word_lines(words, single, lazy_pinyin, style, phrases):
    special = {}
    for word in set(words) | {p for p in phrases if is_han(p) and len(p) <= 6}:
        reading = readings_of(lazy_pinyin, style, word) if len(word) > 1 else None
        if reading and len(reading) == len(word) and reading != [single.get(c) for c in word] and all(r.isascii() for r in reading):
            special[word] = "".join(reading)
    previous = ""
    for word in sorted(set(words) | set(special)):
        # Words that take a special reading from a shorter phrase inside them need none of their own.
        if not is_wanted(word, words.get(word, 0), word in special and (word in phrases or words.get(word, 0) >= SMALLEST_FREQUENCY)):
            continue
        shared = 0
        while shared < min(len(previous), len(word), 9) and previous[shared] == word[shared]:
            shared += 1
        frequency = number(math.log(max(words[word], 1)) / STEP) if word in words else "~"
        yield f"{shared}{word[shared:]}{frequency}{special.get(word, '')}"
        previous = word


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: mandarin_data.py OUTPUT")
    import jieba
    from pypinyin import Style, lazy_pinyin
    from pypinyin.phrases_dict import phrases_dict
    folder = pathlib.Path(jieba.__file__).parent
    words = words_of(folder)
    single = single_readings(lazy_pinyin, Style.TONE3)
    by_reading = collections.defaultdict(str)
    for char, reading in single.items():
        by_reading[reading] += char
    lines = ["[readings]"] + [f"{reading} {by_reading[reading]}" for reading in sorted(by_reading)]
    lines += ["[hmm]", *hmm_lines(folder), "[words]", *word_lines(words, single, lazy_pinyin, Style.TONE3, phrases_dict)]
    pathlib.Path(sys.argv[1]).write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} lines; frequencies add up to {sum(words.values())}")


if __name__ == "__main__":
    main()
