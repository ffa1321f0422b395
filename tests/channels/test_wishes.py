"""What people write who want to leave or to join, and what filters put around it."""

from __future__ import annotations

from time import perf_counter

import pytest

from syndicate.channel.mailing_list import Meaning, Reply
from syndicate_email.inbox.classify import classify
from syndicate_email.inbox.reports import Marks

TOKEN = "9f2c41d7" * 4
MARKS = Marks(mailbox="daftar@kantor.example", lists=("kabar-harian", "Kabar Harian"))


def heard(subject: str, body: str = "Terima kasih.", form: str = "plain") -> Reply:
    head = f"From: Ani <ani@warga.example>\nTo: {MARKS.mailbox}\nMessage-ID: <1@a.example>\n"
    kind = f"Content-Type: text/{form}; charset=utf-8\n"
    return classify(f"{head}{kind}Subject: {subject}\n\n{body}\n".encode(), MARKS)


TAGGED = [
    "***SPAM*** {}", "{{Spam?}} {}", "[SPAM] {}", "EXTERNAL: {}", "[EXT] {}", "Fwd: {}",
    "RE: Fwd: {}", "Balas: {}", "Trs: {}", "Balas: Trs: EXTERNAL: {}", "*SPAM* Re[2]: {}",
    "*** Possible spam: {} (score 5.1)", "Ext | {}", "Re:[SPAM]{}", "SPAM-LOW: {}", "(External) {}",
    "{} ***SPAM***", "{} [EXTERNAL]", "{} - EXTERNAL", "{} (fwd)", "⚠️EXTERNAL {}",
    "SPAM> {}", "[SPAM SUSPECT] - {}", "🚫 {}", "[!!Mass Mail]{}", "*** DIDUGA SPAM *** {}",
    "--SPAM-- {}", "Caution: AW: {}", "<EXT> {}", "##Spam## {}",
]  # fmt: skip


@pytest.mark.parametrize("tag", TAGGED)
def test_a_subject_that_a_filter_tagged_is_understood_with_its_token(tag: str) -> None:
    wishes = {
        f"unsubscribe {TOKEN}": Meaning.LEAVE, f"Berhenti {TOKEN.upper()}": Meaning.LEAVE,
        f"subscribe {TOKEN}": Meaning.JOIN, f"lists {TOKEN}": Meaning.LISTS,
        f"Mohon konfirmasi: Kabar harian [confirm {TOKEN}]": Meaning.CONFIRM,
    }  # fmt: skip
    for wish, says in wishes.items():
        reply = heard(tag.format(wish))
        assert (reply.meaning, reply.token) == (says, TOKEN), wish


@pytest.mark.parametrize("tag", TAGGED)
def test_a_tag_does_not_hide_a_wish_without_a_token(tag: str) -> None:
    if "Possible spam" in tag:
        return  # what stands after it might be anything
    for wish, says in {
        "unsubscribe": Meaning.LEAVE,
        "Langganan Kabar Harian": Meaning.JOIN,
    }.items():
        assert heard(tag.format(wish)).meaning is says


@pytest.mark.parametrize("tag", TAGGED)
def test_a_tag_does_not_hide_that_nobody_wrote_it(tag: str) -> None:
    subject = f"Automatic reply: Mohon konfirmasi: Kabar [confirm {TOKEN}]"
    if "Possible spam" not in tag:
        assert heard(tag.format(subject)).meaning is Meaning.NOTHING


LEAVING = [
    "Please unsubscribe me", "Mohon berhenti berlangganan", "Please unsubscribe me from this list.",
    "Saya ingin berhenti berlangganan", "I want to unsubscribe", "Please remove me from your list",
    "I would like to unsubscribe from your newsletter, thanks", "Take me off this mailing list",
    "Tolong hapus saya dari daftar ini", "Mohon alamat saya dihapus dari daftar",
    "Jangan kirimi saya lagi", "stop sending me emails", "Cancel my subscription.",
    "Could you please unsubscribe me?", "Can you remove me from this list?",
    "Batalkan langganan saya", "Mohon hentikan pengiriman surel ini", "unsubscribe me!!",
    "Berhenti berlangganan, terima kasih", "Saya tidak ingin menerima email ini lagi",
    "I no longer wish to receive these emails", "Please opt me out", "Mohon dihapus dari daftar",
    "Halo admin, mohon berhenti berlangganan. Terima kasih banyak.", "Tolong berhenti langganan ya",
    "unsub", "Unsub please", "berhenti langganan ya pak", "Pak, tolong berhenti langganan",
    "mohon dihentikan pengiriman emailnya", "stop kirim email", "Stop mengirim email lagi",
    "tolong hapus saya dari daftar", "gak mau terima email ini lagi", "Cancel subscription",
    "saya sudah tidak ingin menerima kabar ini", "Do not email me again", "No more emails please",
    "I do not want to receive these emails any longer", "Not interested. Please unsubscribe.",
    "Opt-out", "I'd like to opt out of this list", "Selamat pagi, mohon berhenti berlangganan",
    "Dear Sir/Madam, please unsubscribe me from this list", "Mohon hapus email saya", "UNREG",
    "Assalamualaikum, tolong hapus email saya dari daftar", "Mohon email saya dihapus",
    "mohon langganan saya dibatalkan", "tolong stop kirimannya", "tolong di-unsubscribe",
    "Delete my email address from your database",
    "berhenti langganan ya pak, terima kasih",
    "Please unsubscribe my e-mail address", "Fwd: ***SPAM*** Please unsubscribe me",
]  # fmt: skip


@pytest.mark.parametrize("sentence", LEAVING)
def test_a_sentence_that_asks_to_leave_is_understood(sentence: str) -> None:
    for reply in (
        heard(sentence), heard("Re: Kabar hari ini", sentence),
        heard("Re: Kabar", f"Halo,\n\n{sentence}\n\nSalam\nAni\n\n> Kabar harian\n"),
    ):  # fmt: skip
        assert (reply.meaning, reply.about, reply.email) == (Meaning.LEAVE, "", "ani@warga.example")


@pytest.mark.parametrize(
    "sentence",
    ["Please unsubscribe me from Kabar Harian", "Saya mau berhenti langganan Kabar Harian",
     "Mohon berhenti berlangganan dari Kabar Harian, terima kasih"],
)  # fmt: skip
def test_a_sentence_may_name_the_list(sentence: str) -> None:
    reply = heard(sentence)
    assert (reply.meaning, reply.about) == (Meaning.LEAVE, "Kabar Harian")


def test_a_sentence_that_asks_to_join_is_understood() -> None:
    for sentence in ("Please subscribe me", "Saya ingin berlangganan", "Mohon langganan"):
        assert heard(sentence).meaning is Meaning.JOIN


TO_PEOPLE = [
    "Bagaimana cara berhenti berlangganan?", "How do I unsubscribe?", "Mau berhenti berlangganan?",
    "Please do not unsubscribe me", "Jangan berhentikan langganan saya", "Did I unsubscribe?",
    "I don't want to unsubscribe", "Apakah saya sudah berhenti berlangganan?",
    "Please unsubscribe Budi", "Please stop the press", "Mohon daftar hadir", "Keluar kota",
    "Saya berhenti bekerja", "Cara berhenti berlangganan", "Berhenti merokok", "Stop press",
    "Please remove me from the committee", "Tolong jangan berhenti mengirim", "Why was I removed?",
    "Please leave a message", "You unsubscribed me", "Anda telah berhenti: Kabar harian",
    "Anda telah berhenti berlangganan: Kabar harian",
    "Mohon maaf, saya keluar kota", "Hapus data dari daftar hadir", "Unsubscribe Kabar Mingguan",
    "Please unsubscribe me if the list is in English", "Tolong hapus berita ini", "Cancel rapat",
    "Tolong hapus foto saya dari berita", "Hapus nama saya dari artikel itu", "Stop hoaks",
    "stop kirim surat undangan rapat ke kantor lama", "Tolong jangan hapus saya dari daftar",
    "Don't stop sending me emails", "Please don't remove me", "Berhenti kirim undangan",
    "Kenapa saya berhenti menerima email?", "I am no longer receiving emails", "Please remove",
    "Saya berhenti menerima email sejak Mei", "no more potholes please", "Tidak mau vaksin",
    "saya tidak mau ketinggalan berita", "Opt out of the meeting", "bagaimana cara unsub?",
]  # fmt: skip


@pytest.mark.parametrize("sentence", TO_PEOPLE)
def test_a_question_about_it_or_something_else_is_for_a_person(sentence: str) -> None:
    for reply in (heard(sentence, "Isi."), heard("Re: Kabar", sentence)):
        assert (reply.meaning, reply.token) == (Meaning.OTHER, "")


def test_what_is_quoted_is_nobody_s_wish() -> None:
    body = "Bagus sekali!\n\n> Please unsubscribe me\n> Mohon berhenti berlangganan\n"
    assert heard("Re: Kabar", body).meaning is Meaning.OTHER
    assert heard("Re: Kabar", "> Please unsubscribe me\n").meaning is Meaning.OTHER


QUOTED = {
    "by a desktop program": "-----Original Message-----\nFrom: Kantor\n\nBerhenti berlangganan\n",
    "in Indonesian": "Dari: Kantor <a@b>\nDikirim: Senin\n\nBerhenti berlangganan\n",
    "on the web": "Pada Sen, 4 Mei 2026 Kantor <x@y> menulis:\n\nBerhenti berlangganan\n",
    "forwarded": "---------- Forwarded message ---------\nFrom: Kantor\n\nUnsubscribe\n",
    "below an answer": "Bagus!\n\n________________________________\nBerhenti berlangganan\n",
    "with its link": "Berhenti berlangganan: https://kantor.example/berhenti/x\n",
    "below a signature": "-- \nAni\nBerhenti berlangganan\n",
    "on a telephone": "Sent from my iPhone\n\n> Berhenti berlangganan\n",
}


@pytest.mark.parametrize("how", QUOTED)
def test_our_own_footer_is_nobody_s_wish_however_it_is_quoted(how: str) -> None:
    assert heard("Re: Kabar harian", QUOTED[how]).meaning is Meaning.OTHER
    away = heard("Out of Office: Kabar harian", f"Saya sedang cuti.\n\n{QUOTED[how]}")
    assert away.meaning is Meaning.NOTHING


QUOTE = (
    '<blockquote type="cite"><div>x<blockquote>y</blockquote></div><p>Unsubscribe</p></blockquote>'
)


@pytest.mark.parametrize("above", ["", "<div><br></div>", "<p>&nbsp;</p>", "<p>Bagus!</p>"])
def test_what_html_quotes_is_nobody_s_wish(above: str) -> None:
    quote = "<blockquote><div>Berhenti berlangganan</div></blockquote>"
    for body in (above + quote, above + QUOTE, f"{above}<blockquote><p>Unsubscribe</p>"):
        assert heard("Re: Kabar", body, "html").meaning is Meaning.OTHER


@pytest.mark.parametrize("quote", [QUOTE, "<BLOCKQUOTE>x</BLOCKQUOTE>", "</blockquote>"])
def test_a_wish_around_a_quote_is_understood(quote: str) -> None:
    for body in (f"<div>stop kirim email</div>{quote}", f"{quote}<p>Unsubscribe</p>"):
        assert heard("Re: Kabar", body, "html").meaning is Meaning.LEAVE


@pytest.mark.parametrize("mark", [">", "»", "›", "|", " > "])
def test_a_line_that_is_marked_as_quoted_is_nobody_s_wish(mark: str) -> None:
    assert heard("Re: Kabar", f"{mark} Berhenti berlangganan").meaning is Meaning.OTHER


@pytest.mark.parametrize("sign", ["=", "_", ": ", "+", "%20"])
def test_a_token_is_found_however_it_is_joined_to_its_wish(sign: str) -> None:
    reply = heard(f"unsubscribe{sign}{TOKEN}")
    assert (reply.meaning, reply.token) == (Meaning.LEAVE, TOKEN)


LONG = [
    "*" * 2000, "_" * 2000, "*a" * 1000, "**a**" * 400 + "x", "[a" * 1000, "please " * 300 + "x",
    "terima kasih " * 150 + "?", "berhenti langganan " + "surat " * 300 + "x", "(a)" * 600,
    "{a} " * 500, "- a -" * 400, "remove me from " + "this " * 400, "spam_" * 400,
    "unsubscribe from " + "email " * 300 + "x", "⚠" * 2000, "⚠ - " * 500, "ya pak " * 300 + "x",
    "not interested. " * 120 + "x", "stop email " + "kabar " * 300 + "x", "[a] - " * 330,
    "re: " * 500, "not-spam " * 200,
]  # fmt: skip


@pytest.mark.parametrize("line", LONG)
def test_no_line_takes_long_to_understand(line: str) -> None:
    began = perf_counter()
    heard(line, line)
    assert perf_counter() - began < 2
