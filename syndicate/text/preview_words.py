"""Fixed words of previews, and of the letters that ask for an approval: one plain table."""

from __future__ import annotations

from collections.abc import Mapping

from syndicate.text.i18n import spoken

PREVIEW_ENGLISH = {
    "mark": "PREVIEW – not published",
    "telegram_post": "Telegram post",
    "telegram_reply": "Telegram reply to the post",
    "telegram_reminder": "Telegram reminder under the post",
    "pinned": "The post is pinned at the top of the chat.",
    "feed_entry": "Feed entry",
    "page": "Page",
    "digest_entry": "Entry in the digest",
    "digest": "Digest, with this article alone",
    "urgent_letter": "Letter of its own, sent at once",
    "subject": "Subject",
    "summary": "Summary",
    "picture": "Picture",
    "document": "Document",
    "page_address": "[the article's page]",
    "nothing": "Nothing of it can be shown here.",
    "request": "Approval needed",
    "asks": "{person} asks you to approve this article for {office}.",
    "asks_correction": "{person} asks you to approve a correction for {office}.",
    "asks_refile": "{person} asks you to approve a silent fix for {office}: readers are not told.",
    "goes_out": "Goes out",
    "once_approved": "as soon as it is approved",
    "corrected": "What was wrong, as readers are told",
    "findings": "Findings",
    "no_findings": "The checks found nothing.",
    "line": "line {line}",
    "error": "error",
    "warning": "warning",
    "changes": "What changes",
    "changes_how": "Old words [-like this-], new words {+like this+}.",
    "renditions": "As readers will see it",
    "notes": "Please note",
    "pictures": "Pictures",
    "answer": "How to answer",
    "answer_how": "Reply to this letter, and write as its first line:",
    "approve": "approve",
    "reject": "reject: the reason",
    "keep_code": (
        "Leave this code in the subject or in the quoted letter. It is yours alone, and works once:"
    ),
    "cut": "[Cut here: the rest is not in this letter. The whole text is in {path}.]",
    "picture_left_out": "[Picture too large for this letter: {name}]",
    "left_out": "[Left out, as this letter would be too large: {label}.]",
}
PREVIEW_INDONESIAN = {
    "mark": "PRATINJAU – belum terbit",
    "telegram_post": "Pos Telegram",
    "telegram_reply": "Balasan Telegram di bawah pos",
    "telegram_reminder": "Pengingat Telegram di bawah pos",
    "pinned": "Pos ini disematkan di bagian atas kanal.",
    "feed_entry": "Entri umpan (feed)",
    "page": "Laman",
    "digest_entry": "Entri dalam surel ringkasan",
    "digest": "Surel ringkasan, dengan artikel ini saja",
    "urgent_letter": "Surel tersendiri, dikirim seketika",
    "subject": "Subjek",
    "summary": "Ringkasan",
    "picture": "Gambar",
    "document": "Dokumen",
    "page_address": "[laman artikel ini]",
    "nothing": "Tidak ada yang dapat ditampilkan di sini.",
    "request": "Mohon persetujuan",
    "asks": "{person} meminta persetujuan Anda untuk menerbitkan artikel ini atas nama {office}.",
    "asks_correction": (
        "{person} meminta persetujuan Anda untuk menerbitkan ralat atas nama {office}."
    ),
    "asks_refile": (
        "{person} meminta persetujuan Anda untuk perbaikan tanpa ralat atas nama {office}: pembaca"
        " tidak diberi tahu."
    ),
    "goes_out": "Terbit",
    "once_approved": "segera setelah disetujui",
    "corrected": "Yang keliru, sebagaimana disampaikan kepada pembaca",
    "findings": "Temuan pemeriksaan",
    "no_findings": "Pemeriksaan tidak menemukan apa pun.",
    "line": "baris {line}",
    "error": "kesalahan",
    "warning": "peringatan",
    "changes": "Yang berubah",
    "changes_how": "Kata lama [-seperti ini-], kata baru {+seperti ini+}.",
    "renditions": "Tampilan bagi pembaca",
    "notes": "Catatan",
    "pictures": "Gambar",
    "answer": "Cara menjawab",
    "answer_how": "Balas surat ini, dan tulis sebagai baris pertama:",
    "approve": "setuju",
    "reject": "tolak: alasannya",
    "keep_code": (
        "Biarkan kode ini tetap ada di subjek atau di kutipan surat. Kode ini hanya untuk Anda dan"
        " berlaku satu kali:"
    ),
    "cut": "[Dipotong di sini: lanjutannya tidak dimuat dalam surat ini. Teks utuh: {path}.]",
    "picture_left_out": "[Gambar terlalu besar untuk surat ini: {name}]",
    "left_out": "[Tidak dimuat karena surat ini akan terlalu besar: {label}.]",
}


def preview_words(language: str) -> Mapping[str, str]:
    """Return the table for a BCP 47 tag; English where there is none."""
    is_indonesian = spoken(language).partition("-")[0].lower() == "id"
    return PREVIEW_INDONESIAN if is_indonesian else PREVIEW_ENGLISH
