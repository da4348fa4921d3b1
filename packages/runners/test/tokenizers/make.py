"""
Writes expected.json: the ids that Hugging Face's own package gives the texts of texts.json with the tokenizers in this folder.
A tokenizer whose file is not there is trained first; training breaks ties differently each time.

    pip install tokenizers==0.23.3 sentencepiece==0.2.3 protobuf
    python make.py
"""

import base64
import io
import json
import pathlib

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers as n, pre_tokenizers as p, processors, trainers

folder = pathlib.Path(__file__).parent
texts = json.loads((folder / "texts.json").read_text("utf8"))
# The last three are not learnt from, so that something stays unknown.
corpus = texts[:-3] * 3
cut = 8

GPT2 = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
LLAMA3 = r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""
QWEN2 = LLAMA3.replace("{1,3}", "")
CLIP = r"""'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""
BLOOM = r""" ?[^(\s|[.,!?…。，、।۔،])]+"""

bert = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
roberta = ["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True, special=True)]


def charsmap():
    """The normalization of SentencePiece, of a few rules of its own: ligatures, full width, white space."""
    rules = folder / "rules.tsv"
    pairs = [("\ufb01", "fi"), ("\ufb02", "fl"), ("\u00bd", "1\u20442"), ("\u2122", "TM"), ("\t", " "), ("\n", " "), ("\u00a0", " "), ("\u3000", " ")]
    pairs += [("\u200b", " "), ("\u00ad", ""), ("e\u0301", "\u00e9"), ("\u2026", "...")] + [(chr(c), chr(c - 0xFEE0)) for c in range(0xFF01, 0xFF5F)]
    rules.write_text("".join("\t".join(" ".join(f"{ord(c):X}" for c in side) for side in pair) + "\n" for pair in pairs))
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus), model_writer=model, vocab_size=400, normalization_rule_tsv=str(rules),
        model_type="char", hard_vocab_limit=False, minloglevel=2,
    )
    rules.unlink()
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(model.getvalue())
    return proto.normalizer_spec.precompiled_charsmap


def template(tokenizer, single, *names, pair="$A $B"):
    return processors.TemplateProcessing(single=single, pair=pair, special_tokens=[(name, tokenizer.token_to_id(name)) for name in names])


def train(model, special, size=420, normalizer=None, pre=None, alphabet=(), learn=corpus, **options):
    tokenizer = Tokenizer(model)
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if pre is not None:
        tokenizer.pre_tokenizer = pre
    trainer = {"BPE": trainers.BpeTrainer, "WordPiece": trainers.WordPieceTrainer, "WordLevel": trainers.WordLevelTrainer, "Unigram": trainers.UnigramTrainer}
    if alphabet:
        options["initial_alphabet"] = list(alphabet)
    tokenizer.train_from_iterator(learn, trainer[type(model).__name__](vocab_size=size, special_tokens=special, show_progress=False, **options))
    return tokenizer


def byte_level(special, pre=None, normalizer=None, **options):
    return train(models.BPE(**options), special, 560, normalizer, pre or p.ByteLevel(add_prefix_space=False), p.ByteLevel.alphabet())


def edit(tokenizer, change):
    """Sets what the package has no argument for."""
    values = json.loads(tokenizer.to_str())
    change(values)
    return Tokenizer.from_str(json.dumps(values))


def with_bytes(special, normalizer, pre=None, model=None):
    """A BPE model that falls back to bytes, as Llama 2 and Gemma have."""
    special = special + [f"<0x{byte:02X}>" for byte in range(256)]
    tokenizer = train(models.BPE(unk_token="<unk>", fuse_unk=True), special, 640, normalizer, pre, limit_alphabet=60, max_token_length=12)

    def change(values):
        values["model"].update(byte_fallback=True, **(model or {}))
        values["added_tokens"] = [one for one in values["added_tokens"] if not one["content"].startswith("<0x")]

    return edit(tokenizer, change)


def unigram(special=("<s>", "<pad>", "</s>", "<unk>"), normalizer=None, pre=None, **options):
    return train(models.Unigram(), list(special), 700, normalizer, pre, unk_token="<unk>", **options)


def bert_uncased():
    t = train(models.WordPiece(unk_token="[UNK]"), bert, normalizer=n.BertNormalizer(), pre=p.BertPreTokenizer())
    t.post_processor = template(t, "[CLS]:0 $A:0 [SEP]:0", "[CLS]", "[SEP]", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1")
    return t


def bert_cased():
    t = train(models.WordPiece(unk_token="[UNK]"), bert, normalizer=n.BertNormalizer(lowercase=False, handle_chinese_chars=False), pre=p.BertPreTokenizer())
    t.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    t.enable_padding(pad_id=0, pad_token="[PAD]")
    return t


def wordpiece_whitespace():
    t = train(models.WordPiece(unk_token="[UNK]"), bert, normalizer=n.Sequence([n.NFD(), n.Lowercase(), n.StripAccents()]), pre=p.Whitespace())
    t.post_processor = template(t, "[CLS] $A [SEP]", "[CLS]", "[SEP]")
    return t


def wordpiece_short_words():
    model = models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=12, continuing_subword_prefix="@@")
    t = train(model, bert, normalizer=n.Strip(), pre=p.Sequence([p.Punctuation(), p.Digits(individual_digits=True), p.WhitespaceSplit()]), continuing_subword_prefix="@@")
    t.enable_truncation(cut, direction="left")
    t.enable_padding(pad_to_multiple_of=8, pad_id=0, direction="left")
    return t


def wordlevel():
    return train(models.WordLevel(unk_token="[UNK]"), ["[PAD]", "[UNK]"], pre=p.WhitespaceSplit())


def wordlevel_bars():
    return train(models.WordLevel(unk_token="<unk>"), ["<unk>"], normalizer=n.Lowercase(), pre=p.CharDelimiterSplit("|"))


def wordlevel_triples():
    return train(models.WordLevel(unk_token="N"), ["N"], 100, pre=p.FixedLength(3), learn=["ACGTACGTACG" * 3, "GATTACA"])


def wordlevel_punctuation():
    pre = p.Sequence([p.Split(" ", "merged_with_next"), p.Punctuation("merged_with_previous")])
    return train(models.WordLevel(unk_token="[UNK]"), ["[PAD]", "[UNK]"], normalizer=n.Sequence([n.NFKC(), n.Replace("``", '"'), n.Replace(Regex(r"\s+"), " ")]), pre=pre)


def gpt2():
    t = byte_level(["<|endoftext|>"])
    t.post_processor = processors.ByteLevel(trim_offsets=False)
    return t


def roberta_kind():
    t = byte_level(roberta)
    t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    return t


def byte_level_prefix_space():
    t = byte_level(["<pad>", "</s>"], p.ByteLevel(add_prefix_space=True))
    t.post_processor = template(t, "$A </s>", "</s>")
    return t


def modernbert():
    t = byte_level(["[CLS]", "[SEP]", "[PAD]", AddedToken("[MASK]", lstrip=True)], normalizer=n.NFC())
    t.add_tokens([AddedToken("  ", normalized=True), AddedToken("    ", normalized=True)])
    t.post_processor = template(t, "[CLS] $A [SEP]", "[CLS]", "[SEP]")
    return t


def bytes_by_normalizer():
    t = train(models.BPE(), ["<pad>"], 500, n.Sequence([n.NFKD(), n.ByteLevel()]), None, p.ByteLevel.alphabet(), max_token_length=8)
    return t


def llama3():
    t = byte_level(["<|begin_of_text|>", "<|pad|>"], p.Sequence([p.Split(Regex(LLAMA3), "isolated"), p.ByteLevel(add_prefix_space=False, use_regex=False)]))
    t = edit(t, lambda values: values["model"].update(ignore_merges=True))
    t.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=True), template(t, "<|begin_of_text|> $A", "<|begin_of_text|>")])
    return t


def qwen2():
    return byte_level(["<|endoftext|>"], p.Sequence([p.Split(Regex(QWEN2), "isolated"), p.ByteLevel(add_prefix_space=False, use_regex=False)]), n.NFC())


def bloom():
    return byte_level(["<unk>", "<s>", "</s>", "<pad>"], p.Sequence([p.Split(Regex(BLOOM), "isolated"), p.ByteLevel(add_prefix_space=False, use_regex=False)]))


def deepseek():
    parts = [p.Split(Regex(part), "isolated") for part in (r"[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", r"[一-龥ࠀ-一가-퟿]+")]
    return byte_level(["<s>"], p.Sequence([*parts, p.Digits(individual_digits=True), p.ByteLevel(add_prefix_space=False, use_regex=False)]))


def falcon():
    return byte_level(["<|endoftext|>"], p.Sequence([p.Punctuation("contiguous"), p.ByteLevel(add_prefix_space=False), p.Digits(), p.Split(Regex("[0-9][0-9][0-9]"), "isolated")]))


def starcoder():
    return byte_level(["<|endoftext|>"], p.Sequence([p.Digits(individual_digits=True), p.ByteLevel(add_prefix_space=False)]))


def right_to_left_digits():
    pre = p.Sequence([p.Split(Regex(r"\d{1,3}(?=(\d{3})*\b)"), "isolated"), p.ByteLevel(add_prefix_space=False)])
    return byte_level(["<pad>"], pre)


def clip():
    normalizer = n.Sequence([n.NFC(), n.Replace(Regex(r"\s+"), " "), n.Lowercase()])
    pre = p.Sequence([p.Split(Regex(CLIP), "removed", invert=True), p.ByteLevel(add_prefix_space=False, use_regex=False)])
    alphabet = p.ByteLevel.alphabet()
    model = models.BPE(unk_token="<|endoftext|>", end_of_word_suffix="</w>", continuing_subword_prefix="")
    t = train(model, ["<|startoftext|>", "<|endoftext|>"], 700, normalizer, pre, alphabet, end_of_word_suffix="</w>")
    t.post_processor = processors.RobertaProcessing(("<|endoftext|>", 1), ("<|startoftext|>", 0), trim_offsets=False, add_prefix_space=False)
    return t


def openai_gpt():
    return train(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"), ["<unk>"], 420, n.BertNormalizer(), p.BertPreTokenizer(), end_of_word_suffix="</w>", limit_alphabet=120)


def bpe_unknown():
    return train(models.BPE(unk_token="<unk>", fuse_unk=True), ["<unk>", "<pad>"], 420, None, p.Whitespace(), limit_alphabet=60)


def bpe_unknown_each():
    return train(models.BPE(unk_token="<unk>", continuing_subword_prefix="##"), ["<unk>"], 420, n.NFKD(), p.Sequence([p.WhitespaceSplit(), p.Punctuation("isolated")]), limit_alphabet=60, continuing_subword_prefix="##")


def llama2():
    t = with_bytes(["<unk>", "<s>", "</s>"], n.Sequence([n.Prepend("▁"), n.Replace(" ", "▁")]))
    t.post_processor = template(t, "<s> $A", "<s>")
    return t


def mistral():
    t = with_bytes(["<unk>", "<s>", "</s>"], None, p.Metaspace("▁", "first", split=False))
    t.post_processor = template(t, "<s> $A </s>", "<s>", "</s>")
    return t


def gemma():
    t = with_bytes(["<pad>", "<eos>", "<bos>", "<unk>"], n.Replace(" ", "▁"), p.Split(" ", "merged_with_previous"), {"ignore_merges": False})
    t.post_processor = template(t, "<bos> $A", "<bos>")
    return t


def xlm_roberta():
    t = unigram(normalizer=n.Precompiled(charsmap()), pre=p.Sequence([p.WhitespaceSplit(), p.Metaspace()]))
    t.post_processor = template(t, "<s> $A </s>", "<s>", "</s>")
    t.enable_truncation(512)
    return t


def t5():
    t = unigram(("<pad>", "</s>", "<unk>"), n.Sequence([n.Precompiled(charsmap()), n.Strip(left=False), n.Replace(Regex(" {2,}"), "▁")]), p.Metaspace(prepend_scheme="always"))
    t.post_processor = template(t, "$A </s>", "</s>")
    t.enable_padding(length=32, pad_id=0, pad_token="<pad>")
    return t


def albert():
    normalizer = n.Sequence([n.Replace("``", '"'), n.Replace("''", '"'), n.NFKD(), n.StripAccents(), n.Lowercase()])
    t = unigram(("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"), normalizer, p.Metaspace())
    t.post_processor = template(t, "[CLS] $A [SEP]", "[CLS]", "[SEP]")
    return t


def xlnet():
    t = unigram(("<unk>", "<s>", "</s>", "<cls>", "<sep>", "<pad>"), n.Sequence([n.Nmt(), n.NFKC(), n.Replace(Regex(" {2,}"), " ")]), p.Metaspace())
    t.post_processor = template(t, "$A:0 <sep>:0 <cls>:2", "<sep>", "<cls>", pair="$A:0 <sep>:0 $B:1 <sep>:1 <cls>:2")
    t.enable_padding(direction="left", pad_id=5, pad_type_id=3, pad_token="<pad>")
    return t


def unigram_one_word():
    return unigram(normalizer=n.Replace(" ", "▁"), max_piece_length=6)


def unigram_bytes():
    # Bytes take the place of what is unknown, so the training must see them.
    t = unigram(pre=p.Metaspace())

    def change(values):
        vocab = values["model"]["vocab"]
        vocab.extend([f"<0x{byte:02X}>", -20.0] for byte in range(256))
        values["model"]["byte_fallback"] = True

    return edit(t, change)


def scripts():
    return unigram(pre=p.Sequence([p.UnicodeScripts(), p.Metaspace(prepend_scheme="never")]))


def added_tokens():
    t = wordpiece_whitespace()
    t.add_tokens([AddedToken("newtoken", single_word=True, normalized=True), AddedToken("Éclat", normalized=True), AddedToken("<strip>", lstrip=True, rstrip=True)])
    t.add_special_tokens([AddedToken("<left>", lstrip=True), AddedToken("<right>", rstrip=True)])
    return t


kinds = {function.__name__.replace("_kind", "").replace("_", "-"): function for function in (
    bert_uncased, bert_cased, wordpiece_whitespace, wordpiece_short_words, added_tokens, wordlevel, wordlevel_bars, wordlevel_triples,
    wordlevel_punctuation, gpt2, roberta_kind, byte_level_prefix_space, modernbert, bytes_by_normalizer, llama3, qwen2, bloom, deepseek, falcon,
    starcoder, right_to_left_digits, clip, openai_gpt, bpe_unknown, bpe_unknown_each, llama2, mistral, gemma, xlm_roberta, t5, albert, xlnet,
    unigram_one_word, unigram_bytes, scripts,
)}

expected = {}
for name, make in kinds.items():
    file = folder / f"{name}.json"
    if not file.exists():
        values = json.loads(make().to_str())
        values["decoder"] = None
        file.write_text(json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n", "utf8")
    tokenizer = Tokenizer.from_file(str(file))
    direction = (tokenizer.truncation or {"direction": "right"})["direction"]
    tokenizer.no_truncation()
    tokenizer.no_padding()
    whole = [tokenizer.encode(text) for text in texts]
    tokenizer.enable_truncation(cut, direction=direction)
    short = [tokenizer.encode(text) for text in texts]
    types = [one.type_ids if any(one.type_ids) else [] for one in short]
    expected[name] = {"ids": [one.ids for one in whole], "cut": [one.ids for one in short], "cutTypeIds": types}

lines = ",\n".join(f"{json.dumps(name)}:{json.dumps(values, separators=(',', ':'))}" for name, values in expected.items())
(folder / "expected.json").write_text("{\n" + lines + "\n}\n")
