"""Fixed words for readers, in the languages that the tool knows: one plain table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from syndicate.model.article import Media
from syndicate.text import letter_fields, people_words

ENGLISH = {
    "correction": "CORRECTION",
    "withdrawn": "WITHDRAWN",
    "reinstated": "REINSTATED",
    "withdrawn_notice": "This article has been withdrawn.",
    "reason": "Reason",
    "read_more": "Read more",
    "source": "Source",
    "photo": "Photo",
    "document": "Document",
    "letter_to": "to",
    "letter_cc": "copy",
    "letter_bcc": "blind copy",
    "letter_subject": "subject",
    "letter_body": "text",
    "merged_cells": "A table with merged cells, row by row:",
    "ragged_rows": "A table with rows of different lengths, row by row:",
    "corrections_and_withdrawals": "Corrections and withdrawals",
    "unsubscribe": "Unsubscribe",
    "you_get_this": "You receive this email because you subscribed to",
    "proof": "PROOF",
    "and": "and",
    "and_more": "and {count} more",
    "by_email": "by email",
    "change": "Change your subscriptions",
    "invitation": "Someone, we hope you, asked to subscribe this address to",
    "invitation_how": (
        "If it was you, simply reply to this email, or open this link and send the email:"
    ),
    "invitation_else": "If it was not you, do nothing: you will not hear from us again.",
    "invitation_subject": "Please confirm",
    "overview": "These are our lists. Each link opens an email; send it as it is.",
    "move_address": "To move to another address, put it at the end of this letter's subject",
    "overview_subject": "Your subscriptions at",
    "subscribe": "Subscribe",
    "parting": "Someone, we hope you, asked to unsubscribe this address from:",
    "parting_how": (
        "If it was you, simply reply to this email; or open a link and send the email that it"
        " opens."
    ),
    "parting_else": "If it was not you, do nothing: everything stays as it is.",
    "parting_subject": "Please confirm that you want to unsubscribe",
    "goodbye": "This address has been unsubscribed since",
    "goodbye_why": (
        "You asked for this, or someone who has one of your emails did. If it was you, there is"
        " nothing to do: this is the last email."
    ),
    "goodbye_else": (
        "If it was not you, or if you change your mind: each link opens an email that subscribes"
        " you again. Send it as it is within 30 days."
    ),
    "goodbye_page": (
        "If it was not you, or if you change your mind: this link subscribes you again within 30"
        " days."
    ),
    "goodbye_write": "If it was not you, or if you change your mind, write to",
    "goodbye_subject": "You have unsubscribed",
    "come_back": "Subscribe again",
    "other_news": "Other news",
    "ended": "This has ended",
    "ended_rekrutmen": "Applications are closed",
    "deadline": "until",
    "deadline_rekrutmen": "closes",
    "day_left": "1 day left",
    "days_left": "{count} days left",
    "hour_left": "1 hour left",
    "hours_left": "{count} hours left",
    "deadline_changed": "New deadline",
    "deadlines": "Deadlines",
    "right_of_reply": "Right of reply",
    "reply_to": "Right of reply to",
    "profile_berita": "News",
    "profile_data": "Data",
    "profile_edukasi": "Education",
    "profile_rekrutmen": "Recruitment",
    "more": "{count} more on the site",
    "published": "Published",
    "updated": "Updated",
    "corrections": "Corrections",
    "follow": "Follow",
    "follow_article": "Follow this article",
    "follow_how": "Add one of these addresses to a feed reader to receive everything new.",
    "follow_subject": "By subject",
    "newest": "Newest",
    "for_websites": "For other sites",
    "for_websites_how": "Put these lines into a page's head, so that readers find the feed.",
    "nothing_yet": "There is nothing here yet.",
    "by": "By",
    "all_news": "All news",
    "archive": "Archive",
    "official": "Official page of",
    "months": (
        "January February March April May June July August September October November December"
    ),
    **people_words.PEOPLE_ENGLISH,
}
INDONESIAN = {
    "correction": "RALAT",
    "withdrawn": "DITARIK",
    "reinstated": "DITAYANGKAN KEMBALI",
    "withdrawn_notice": "Artikel ini telah ditarik.",
    "reason": "Alasan",
    "read_more": "Baca selengkapnya",
    "source": "Sumber",
    "photo": "Foto",
    "document": "Dokumen",
    "letter_to": "kepada",
    "letter_cc": "tembusan",
    "letter_bcc": "tembusan tersembunyi",
    "letter_subject": "subjek",
    "letter_body": "isi",
    "merged_cells": "Tabel dengan sel gabungan, baris demi baris:",
    "ragged_rows": "Tabel dengan baris yang tidak sama panjang, baris demi baris:",
    "corrections_and_withdrawals": "Ralat dan penarikan",
    "unsubscribe": "Berhenti berlangganan",
    "you_get_this": "Anda menerima surel ini karena berlangganan",
    "proof": "CONTOH",
    "and": "dan",
    "and_more": "dan {count} lainnya",
    "by_email": "lewat surel",
    "change": "Ubah langganan",
    "invitation": "Seseorang, semoga Anda sendiri, mendaftarkan alamat surel ini untuk menerima",
    "invitation_how": (
        "Jika benar Anda, cukup balas surel ini, atau buka tautan ini lalu kirim surelnya:"
    ),
    "invitation_else": "Jika bukan Anda, abaikan surel ini: kami tidak akan menghubungi Anda lagi.",
    "invitation_subject": "Mohon konfirmasi",
    "overview": (
        "Berikut daftar langganan kami. Setiap tautan membuka surel; kirimkan tanpa diubah."
    ),
    "move_address": "Untuk pindah alamat, tulis alamat baru di akhir subjek surel ini",
    "overview_subject": "Langganan Anda di",
    "subscribe": "Berlangganan",
    "parting": "Seseorang, semoga Anda sendiri, meminta agar alamat surel ini tidak lagi menerima:",
    "parting_how": (
        "Jika benar Anda, cukup balas surel ini; atau buka salah satu tautan, lalu kirim surel yang"
        " terbuka."
    ),
    "parting_else": "Jika bukan Anda, abaikan surel ini: langganan tetap seperti semula.",
    "parting_subject": "Mohon konfirmasi berhenti berlangganan",
    "goodbye": "Alamat surel ini telah berhenti berlangganan sejak",
    "goodbye_why": (
        "Permintaan ini datang dari Anda, atau dari orang yang memegang salah satu surel Anda. Jika"
        " memang dari Anda, tidak ada yang perlu dilakukan: ini surel terakhir."
    ),
    "goodbye_else": (
        "Jika bukan dari Anda, atau Anda berubah pikiran, setiap tautan membuka surel untuk"
        " berlangganan kembali. Kirimkan tanpa diubah dalam waktu 30 hari."
    ),
    "goodbye_page": (
        "Jika bukan dari Anda, atau Anda berubah pikiran, gunakan tautan ini untuk berlangganan"
        " kembali dalam waktu 30 hari."
    ),
    "goodbye_write": "Jika bukan dari Anda, atau Anda berubah pikiran, silakan hubungi",
    "goodbye_subject": "Anda telah berhenti berlangganan",
    "come_back": "Berlangganan kembali",
    "other_news": "Kabar lain",
    "ended": "Masa berlakunya sudah berakhir",
    "ended_rekrutmen": "Pendaftaran ditutup",
    "deadline": "sampai",
    "deadline_rekrutmen": "ditutup",
    "day_left": "Tinggal 1 hari",
    "days_left": "Tinggal {count} hari",
    "hour_left": "Tinggal 1 jam",
    "hours_left": "Tinggal {count} jam",
    "deadline_changed": "Batas waktu berubah",
    "deadlines": "Batas waktu",
    "right_of_reply": "Hak jawab",
    "reply_to": "Hak jawab atas",
    "profile_berita": "Berita",
    "profile_data": "Data",
    "profile_edukasi": "Edukasi",
    "profile_rekrutmen": "Rekrutmen",
    "more": "{count} lainnya di situs",
    "published": "Terbit",
    "updated": "Diperbarui",
    "corrections": "Ralat",
    "follow": "Ikuti",
    "follow_article": "Ikuti artikel ini",
    "follow_how": (
        "Tambahkan salah satu alamat ini ke aplikasi pembaca umpan untuk menerima kabar terbaru."
    ),
    "follow_subject": "Menurut topik",
    "newest": "Terbaru",
    "for_websites": "Untuk situs lain",
    "for_websites_how": "Pasang baris ini di head halaman Anda agar pembaca menemukan umpannya.",
    "nothing_yet": "Belum ada apa pun di sini.",
    "by": "Oleh",
    "all_news": "Semua kabar",
    "archive": "Arsip",
    "official": "Halaman resmi",
    "months": (
        "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember"
    ),
    **people_words.PEOPLE_INDONESIAN,
}
TABLES: dict[str, Mapping[str, str]] = {"en": ENGLISH, "id": INDONESIAN}

DAY, HOUR, FIVE_MINUTES = timedelta(days=1), timedelta(hours=1), timedelta(minutes=5)
ZONE_ABBREVIATIONS = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
}


def words_for(language: str) -> Mapping[str, str]:
    """Return the table for a BCP 47 tag; English where there is none."""
    return TABLES.get(language.partition("-")[0].lower(), ENGLISH)


def spoken(language: str) -> str:
    """Return the language of ``words(language)``: the tag itself, or English."""
    return language if language.partition("-")[0].lower() in TABLES else "en"


def day(when: date, language: str) -> str:
    """``18 Maret 2022``."""
    return f"{when.day} {words_for(language)['months'].split()[when.month - 1]} {when.year}"


def days(opened: datetime, closed: datetime, zone: ZoneInfo, language: str) -> str:
    """``3–6 Mei 2026``, ``30 April – 2 Mei 2026``: from one day to another."""
    first, last = (when.astimezone(zone).date() for when in (opened, closed))
    if first == last:
        return day(last, language)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last, language)}"
    started = day(first, language)
    return f"{started.removesuffix(f' {last.year}')} – {day(last, language)}"


def moment(when: datetime, zone: ZoneInfo, language: str) -> str:
    """``18 Maret 2022 16.30 WIB``; in English ``18 March 2022 16:30 WIB``."""
    local = when.astimezone(zone)
    clock = f"{local:%H.%M}" if words_for(language) is INDONESIAN else f"{local:%H:%M}"
    return f"{day(local, language)} {clock} {ZONE_ABBREVIATIONS.get(zone.key) or local.tzname()}"


def correction_line(
    at: datetime, note: str, zone: ZoneInfo, language: str, label: str = "correction"
) -> str:
    """``RALAT (18 Maret 2022 16.30 WIB): what was wrong``; of a reinstatement with its label."""
    dated = f"{words_for(language)[label]} ({moment(at, zone, language)})"
    return f"{dated}: {note}" if note else dated


def ended_line(profile: str, expires: datetime, zone: ZoneInfo, language: str) -> str:
    """``Pendaftaran ditutup (12 Mei 2026 16.00 WIB)``: the line above what has expired."""
    table = words_for(language)
    words = table.get(f"ended_{profile}") or table["ended"]
    return f"{words} ({moment(expires, zone, language)})"


def deadline_line(
    headline: str, profile: str, expires: datetime, zone: ZoneInfo, language: str
) -> str:
    """``Rekrutmen petugas, ditutup 12 Mei 2026 16.00 WIB``."""
    table = words_for(language)
    closes = table.get(f"deadline_{profile}") or table["deadline"]
    return f"{headline}, {closes} {moment(expires, zone, language)}"


def time_left(left: timedelta, language: str) -> str:
    """``Tinggal 7 hari``, ``Tinggal 20 jam``: never more than there is, but for what a tick takes.

    A tick may come an hour late to days and five minutes to hours.
    """
    table = words_for(language)
    for unit, slack, name in ((DAY, HOUR, "day"), (HOUR, FIVE_MINUTES, "hour")):
        if (count := (left + slack) // unit) > 0:
            return (
                table[f"{name}_left"] if count == 1 else table[f"{name}s_left"].format(count=count)
            )
    return table["deadlines"]


def file_size(count: int, language: str) -> str:
    """``120 kB``, ``1.2 MB``; in Indonesian ``1,2 MB``. A kB is 1,000 bytes; none is less."""
    kilobytes = max(1, round(count / 1000))
    if kilobytes < 1000:
        return f"{kilobytes} kB"
    megabytes = f"{count / 1_000_000:.1f} MB"
    return megabytes.replace(".", ",") if words_for(language) is INDONESIAN else megabytes


def letter_line(url: str, shown: str, language: str) -> str:
    """``subjek: Permohonan data``: fields of a ``mailto:`` link that are not in ``shown``."""
    table = words_for(language)
    fields = letter_fields(url).items() if url not in shown else ()
    unseen = ((key, text) for key, text in fields if text not in shown)
    return ", ".join(f"{table[f'letter_{key}']}: {text}" for key, text in unseen)


def document_line(document: Media, language: str) -> str:
    """``Formulir pendaftaran – KPU (PDF, 1,2 MB)``: what a link to a document says, in a line."""
    label = " – ".join(filter(None, (document.label, document.creator)))
    about = f"PDF, {file_size(document.size, language)}" if document.size else "PDF"
    return " ".join(f"{label} ({about})".split())
