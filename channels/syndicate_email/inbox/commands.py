"""Recognise commands: a line that asks to leave, to join or for the lists, and nothing else."""

from __future__ import annotations

import re
from itertools import takewhile
from urllib.parse import unquote

from syndicate import Meaning, Reply
from syndicate.text import squeeze
from syndicate_email.inbox.parsing import HEADER_CHARACTERS
from syndicate_email.inbox.reports import TOKEN, Marks

LIST_NAME_WORDS = 5  # of a list's name
MOST_URI = 400  # characters after its "tag:"
MOST_ADDRESS = 254  # characters (RFC 5321, with what its erratum 1690 says of a path)
BARE = (Meaning.LEAVE, Meaning.JOIN)  # understood without a token
CLEAR = re.compile("subscribe|langganan", re.I)  # no letter to a person begins with these
COMMAND_WORDS = {
    Meaning.LEAVE: r"unsub(?:s|scribe)?|unreg|berhenti(?: (?:ber)?langganan)?|stop|leave|keluar",
    Meaning.JOIN: r"subscribe|(?:ber)?langganan|daftar|join|ikut",
    Meaning.LISTS: r"lists|ubah",
}
COMMANDS = {
    meaning: re.compile(rf"(?P<verb>{words})(?:(?: |%20|\+)+(?P<more>.+))?", re.I)
    for meaning, words in COMMAND_WORDS.items()
}
WITH_TOKEN = {  # anywhere in a subject: nobody writes a token by chance
    meaning: re.compile(rf"(?<![\w-])(?:{words})(?: |%20|[+:=_])+{TOKEN}(?![\w-])", re.I | re.A)
    for meaning, words in COMMAND_WORDS.items()
}
ADDRESS = r"[^\s@<>()\[\],;:\"]{1,64}@[^\s@<>()\[\],;:\"]{3,255}"
FOLLOWS = re.compile(rf"(?:follow|ikuti)(?: {TOKEN})? (tag:[^\s<>]{{1,{MOST_URI}}})", re.I)
MOVES = re.compile(
    rf"(?:move|pindah|ganti alamat)(?: (?:me|saya))?(?: {TOKEN})?(?: (?:to|ke))?:? <?({ADDRESS})>?",
    re.I,
)
WHOSE = re.compile(rf"{TOKEN}(?![\w-])", re.I | re.A)
ANSWERED = (  # re: and its like, in the languages of mail programs, and forwarded
    r"(?:re|aw|sv|antw|bls|balas(?:an)?|vs|odp|ynt|res|r|fwd?|wg|tr|trs|ter|terus(?:an)?|diteruskan"
    r"|vb|rv|rif|enc|pd|ilt|i)(?:\s*[\[(]\d+[\])]|\^\d+)?\s*[:：]"
)
BRACKETS = r"\[[^\]]{0,40}\]|\{[^}]{0,40}\}|<[^>]{0,40}>|\([^)]{0,40}\)"
STARS = r"[*#!=~]{1,8} ?[\w ?.,:/-]{1,40}? ?[*#!=~]{1,8}|-{2,8} ?[\w ?]{1,40} ?-{2,8}"
FILTERED = (  # by whoever looked through the mail before us
    r"(?:(?:marked as|\w{1,12})[ _-])?(?:spam|junk|phish\w*|virus)(?:[ _-]\w{1,12})?\??\s*[:|>–—-]"
    r"|(?:spam|junk|ext(?:ernal)?|eksternal) (?=unsub|(?:un)?subscri|berhenti |(?:ber)?langganan"
    r"|please|mohon|tolong|auto|out of|jawaban|balasan)"
    r"|(?:ext|extern(?:al)?(?: (?:e-?mail|sender|message))?|eksternal|caution|warning|suspicious"
    r"|unverified(?: sender)?|bulk|disarmed|peringatan|perhatian|waspada)\s*(?:[:|–—]|-\s)"
)
SYMBOLS = r"[\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff]\ufe0f?"  # a warning sign, say
BEFORE = re.compile(
    rf"^(?:(?:{ANSWERED}|{BRACKETS}|{STARS}|{FILTERED}|{SYMBOLS})\s*(?:[-–—|:>]\s+)?){{1,12}}", re.I
)
AFTER = re.compile(
    r"(?:\s*(?:[\[{(][^\[\](){}]{0,40}\b(?:spam|junk|ext\w*|sec|official|internal|virus|bulk)\b"
    rf"[^\[\](){{}}]{{0,40}}[\]}})]|{STARS}|\(fwd?\)|[-–|] (?:spam|ext(?:ernal)?|eksternal)"
    r")){1,3}$",
    re.I,
)
MOST_AFTER = 300  # characters at the end of a line in which that may stand
AROUND = " \t.!,;:…*_\"'`“”‘’«»<>()[]\ufeff\u200b"
NAME_OF_A_LIST = re.compile(r"[\w &'’./-]{1,80}")
NO_NAME = (
    "me", "saya", "please", "tolong", "mohon", "from", "to", "dari", "ke", "pada", "the", "this",
    "ini", "list", "milis", "langganan", "berlangganan", "now", "sekarang",
)  # fmt: skip
LEFT_OVER = (  # likewise, of somebody who wants to leave
    *NO_NAME, "us", "kami", "my", "your", "our", "these", "all", "semua", "mailing", "newsletter",
    "newsletters", "email", "emails", "e-mail", "e-mails", "mails", "surel", "surat", "address",
    "alamat", "anda", "again", "lagi", "daftar", "lists", "segera", "immediately", "off", "of",
    "yes", "ya", "pak", "bu",
)  # fmt: skip
LEAD = re.compile(
    r"^(?:(?:please|pls|plz|kindly|just|hi|hello|hey|halo|hai"
    r"|selamat (?:pagi|siang|sore|malam)|ass?alam\w*(?: alaikum)?(?: wr\.? ?wb\.?)?"
    r"|(?:(?:i am|i['’]m) )?(?:not|no longer) interested"
    r"|dear(?: (?:sir|madam|sirs?[ /]madam|sir or madam|team|all|admin))?"
    r"|yth\.?|admin|min|pak|bu|bapak|ibu|redaksi|tim"
    r"|mohon(?: (?:bantuan(?:nya)?|izin|maaf))?"
    r"|tolong|harap|silah?kan|minta|memohon|saya|kami|aku|ingin|mau|hendak|untuk|agar|supaya"
    r"|dengan ini|(?:could|can|would|will) you|(?:bisa|dapat)kah anda"
    r"|(?:i|we)(?: would|['’]d) (?:like|prefer) to|(?:i|we) (?:want|wish|need) to)"
    r"(?:\s*[,;:!.]\s*|\s+))+",
    re.I,
)
TAIL = re.compile(
    r"(?:(?:\s*+[,.;!–—-]++\s*+|\s++)(?:thanks?(?: you)?(?: (?:so|very) much)?(?: in advance)?"
    r"|terima ?kasih(?: banyak| sebelumnya)?|trims|makasih|tks|thx|(?:best |kind )?regards|salam"
    r"|ya|please|segera|immediately|pak|bu|bapak|ibu|min|admin|kak|mas|mbak|bang)){1,5}[\s.!]*$",
    re.I,
)
REQUEST = re.compile(
    r"(?:please|(?:could|can|would|will) you|(?:bisa|dapat)kah anda|mohon|tolong)\b", re.I
)
MAILS = r"(?:e-?mails?|mails?|letters?|newsletters?|messages?|digests?|updates?)"
LIST_NOUNS = (
    r"(?:(?:this|your|the|that|any|all|our)(?: of)? )*(?:(?:mailing|e-?mail|news|newsletter"
    rf"|distribution|daily|weekly)[ -])*(?:lists?|mailings?|subscriptions?|databases?|{MAILS})"
)
MINE = r"(?:me|us|(?:my|this|our) (?:name|address|e-?mail(?: address)?))"
SURAT = r"(?:surat|surel|e-?mail|kabar|berita|newsletter|kiriman|milis)(?:nya)?"
ANY_MORE = r"(?: (?:again|anymore|any more|any longer))?"
TIDAK = r"(?:sudah |telah )?(?:tidak|tak|tdk|gak|ga|nggak|enggak)"
SAYA = rf"(?:saya|kami|(?:(?:nama|alamat|alamat {SURAT}|{SURAT}) (?:saya|kami|ini)))"
REST = rf"(?: (?:saya|kami|ini|itu|lagi|anda|{SURAT}|dari anda"
REST += rf"|(?:ke|kepada) {SAYA}|untuk {SAYA}))*"
DAFTAR = rf"(?:daftar|milis|list|langganan)(?: (?:ini|anda|{SURAT}|langganan|penerima|kirim))*"
LEAVES = re.compile(
    rf"(?:be |di[- ]?)?unsub(?:scribed?)?(?: {MINE})?(?: from {LIST_NOUNS})?"
    rf"|(?:be )?(?:remove|delete|take|drop)d? (?:{MINE} )?(?:from|off(?: of)?) {LIST_NOUNS}"
    r"|remove me"
    r"|(?:remove|delete) (?:my|our) e-?mail(?: address)?"
    r"|(?:cancel|end|stop|terminate) (?:(?:my|our|this|the) )?subscriptions?"
    rf"(?: (?:to|of) {LIST_NOUNS})?"
    rf"|(?:stop|quit|cease) (?:sending|e-?mailing|mailing)(?: {MINE})?"
    rf"(?: (?:these|this|your|any|more|anymore|{MAILS}|to {MINE}))*"
    rf"|(?:do not|don['’]t) (?:send|mail|e-?mail)(?: {MINE})?"
    rf"(?: (?:any|more|these|your|{MAILS}))*{ANY_MORE}|no more {MAILS}"
    r"|(?:i |we )?(?:no longer|do not|don['’]t) (?:want|wish) (?:to (?:get|receive) )?"
    rf"(?:any |more |these |your |this )*{MAILS}{ANY_MORE}"
    rf"|opt(?: me)?[ -]out(?: of {LIST_NOUNS})?"
    rf"|(?:di)?(?:ber)?hentikan (?:(?:pengiriman|kiriman) )?(?:langganan|{SURAT}){REST}"
    rf"|(?:di)?(?:batal|akhir|cabut|putus)(?:kan|i)? (?:ber)?langganan{REST}"
    rf"|berhenti(?:kan)? (?:dari )?(?:ber)?langganan"
    rf"(?: (?:dari |di |pada )?(?:{DAFTAR}|{SURAT}))?{REST}"
    rf"|berhenti (?:menerima|mendapat(?:kan)?|di?kirim(?:i)?) {SURAT}{REST}"
    r"|langganan (?:saya|kami|ini) di(?:batal|henti|akhir|cabut|putus)(?:kan|i)?"
    rf"|(?:di)?(?:hapus|keluar|coret|cabut)(?:kan)? {SAYA} dari {DAFTAR}"
    r"|(?:hapus|coret) (?:alamat )?(?:surel|e-?mail) (?:saya|kami)"
    rf"|(?:alamat )?(?:surel|e-?mail) (?:saya|kami) di(?:hapus|coret)|stop {SURAT}{REST}"
    rf"|{SAYA} (?:di)?(?:hapus|keluar|coret)(?:kan)? dari {DAFTAR}"
    rf"|(?:mohon|tolong|minta|harap) di(?:hapus|keluarkan|coret)(?:kan)? dari {DAFTAR}"
    rf"|(?:jangan|tidak (?:usah|perlu)|stop) (?:lagi )?(?:me|di)?(?:ng)?(?:kirim|irim)i?{REST}"
    rf"|{TIDAK} (?:lagi )?(?:ingin|mau) (?:lagi )?(?:(?:me)?(?:n?terima|nerima)|mendapat(?:kan)?"
    rf"|dapat|dikirimi) {SURAT}{REST}",
    re.I,
)
QUOTING = (">", "|", "»", "›", "¦")
GREETING = re.compile(
    r"(?:hi|hello|hey|halo|hai|dear|yth|kepada|salam|assalam\w*|selamat (?:pagi|siang|sore|malam)"
    r"|dengan hormat|good (?:morning|day|afternoon|evening)|to whom it may concern)\b[^?]{0,60}",
    re.I,
)


def with_token(subject: str) -> Reply | None:
    """Return the command of a subject with a token, whatever filters have put around it."""
    for meaning, pattern in WITH_TOKEN.items():
        if found := pattern.search(subject):
            return Reply(key="", meaning=meaning, token=found[1].lower())
    return None


def parse_command(line: str, marks: Marks) -> Reply | None:
    """Return the command that a line consists of: ``Re: unsubscribe TOKEN``, ``stop, please``."""
    line = squeeze(line[:HEADER_CHARACTERS])
    line = squeeze(_without_tags(BEFORE.sub("", line) or line))
    if found := _in_words(line, marks):
        return found
    bare = TAIL.sub("", line)
    plain = LEAD.sub("", bare)
    if line.endswith("?") and not REQUEST.match(line):
        return None  # a question about it
    if any(LEAVES.fullmatch(words.strip(f"{AROUND}?")) for words in (bare, plain)):
        return Reply(key="", meaning=Meaning.LEAVE)
    return _in_words(plain, marks) if plain != line else None


def parse_follow(line: str) -> Reply | None:
    """Return the wish to follow an article of a line like ``follow TOKEN tag:…``."""
    line = squeeze(line[:HEADER_CHARACTERS].replace("%20", " "))
    found = FOLLOWS.fullmatch(squeeze(BEFORE.sub("", line) or line).strip(" .,!"))
    if found is None:
        return None
    token, uri = (found[1] or "").lower(), unquote(found[2])
    if not uri.isprintable() or " " in uri:  # no article's, and no database keeps a NUL
        return None
    return Reply(key="", meaning=Meaning.FOLLOW, token=token, about=uri)


def parse_move(line: str) -> Reply | None:
    """Return the wish to move of a line like ``Re: move TOKEN ani@example.org``."""
    line = squeeze(line[:HEADER_CHARACTERS].replace("%20", " "))
    line = squeeze(BEFORE.sub("", line) or line)
    found = MOVES.fullmatch(line.strip(" .,!"))
    if found is None or len(found[2]) > MOST_ADDRESS:
        return None
    token = (found[1] or "").lower()
    return Reply(key="", meaning=Meaning.MOVE, token=token, about=found[2].lower())


def _without_tags(line: str) -> str:
    """Return the line without what filters append to it."""
    start = max(len(line) - MOST_AFTER, 0)
    return line[:start] + AFTER.sub("", line[start:])


def _in_words(line: str, marks: Marks) -> Reply | None:
    """Return a command in its shortest form."""
    for meaning, words in COMMANDS.items():
        if found := words.fullmatch(line.strip(f"{AROUND}?")):
            more = (found["more"] or "").lstrip(AROUND)
            if token := WHOSE.match(more):
                return Reply(key="", meaning=meaning, token=token[1].lower())
            about = _without(more, LEFT_OVER if meaning is Meaning.LEAVE else NO_NAME)
            asks = line.rstrip(AROUND).endswith("?")
            meant = not about or (_is_name(about, found["verb"], marks) and not asks)
            return (
                Reply(key="", meaning=meaning, about=about) if meant and meaning in BARE else None
            )
    return None


def own_lines(body: str) -> list[str]:
    """Return the first line that is neither blank nor quoted; after a greeting also the next."""
    lines = (line.strip() for line in body.splitlines())
    own = [line for line in lines if line and not line.startswith(QUOTING)][:3]
    greetings = list(takewhile(GREETING.fullmatch, own))
    return own[: len(greetings) + 1]


def _without(more: str, fillers: tuple[str, ...]) -> str:
    words = more.split()
    while words and words[0].strip(AROUND).lower() in fillers:
        del words[0]
    while words and words[-1].strip(AROUND).lower() in fillers:
        del words[-1]
    return " ".join(words).strip(AROUND)


def _is_name(about: str, verb: str, marks: Marks) -> bool:
    """Return whether a list is meant: ``Daftar hadir rapat`` and ``Join us`` are for people."""
    if marks.lists:
        return about.casefold() in (name.casefold() for name in marks.lists)
    most = LIST_NAME_WORDS if CLEAR.search(verb) else 1
    return NAME_OF_A_LIST.fullmatch(about) is not None and len(about.split()) <= most
