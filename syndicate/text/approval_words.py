"""Fixed words of letters to approvers: reminders, and answers to their answers."""

from __future__ import annotations

from collections.abc import Mapping

APPROVAL_ENGLISH = {
    "remind": "REMINDER",
    "approve_subject": "Approved",
    "reject_subject": "Rejected",
    "approve": "Your approval counts.",
    "reject": "Your rejection counts. Nothing of it goes out.",
    "goes_out": "It goes out on {when}.",
    "goes_out_now": "Its time ({when}) is over: it goes out within minutes.",
    "too_long_ago": "It was to go out on {when}. That is too long ago, so it waits until somebody"
    " releases it or gives it another time:\nsyndicate release {uri}\nsyndicate hold {uri}",
    "submitted": "an article that was submitted on {when} and has been removed",
    "to_publish": "{person} can publish it now.",
    "not_counted_subject": "Your answer does not count",
    "not_counted": "An answer in your name to the request for approval of this article does not"
    " count:",
    "unvouched": "the mail server does not confirm that it came from your address. If you did not"
    " write it, tell your colleagues.",
    "unclear": "its first line is not a decision. Answer the request again, and write in the first"
    " line: approve — or — reject: the reason",
    "over": "the request is over: it was decided, replaced or called off before.",
    "stale": "another version was published since it was submitted. {person} has to submit it"
    " again.",
    "forbidden": "you may not decide on it: somebody else has to approve what you submit.",
    "at_terminal": "You can also decide at a terminal:",
}
APPROVAL_INDONESIAN = {
    "remind": "PENGINGAT",
    "approve_subject": "Disetujui",
    "reject_subject": "Ditolak",
    "approve": "Persetujuan Anda berlaku.",
    "reject": "Penolakan Anda berlaku. Artikel ini tidak diterbitkan.",
    "goes_out": "Artikel ini terbit {when}.",
    "goes_out_now": "Waktu terbitnya ({when}) sudah lewat: artikel ini terbit beberapa menit lagi.",
    "too_long_ago": "Artikel ini seharusnya terbit {when}. Waktu itu sudah terlalu lama lewat,"
    " sehingga artikel ini menunggu sampai seseorang melepaskannya atau memberinya waktu lain:"
    "\nsyndicate release {uri}\nsyndicate hold {uri}",
    "submitted": "artikel yang diajukan {when} dan sudah dihapus",
    "to_publish": "{person} kini dapat menerbitkannya.",
    "not_counted_subject": "Jawaban Anda tidak berlaku",
    "not_counted": "Jawaban atas nama Anda terhadap permintaan persetujuan artikel ini tidak"
    " berlaku:",
    "unvouched": "server surel tidak dapat memastikan bahwa jawaban itu dikirim dari alamat Anda."
    " Jika bukan Anda yang menulisnya, beri tahu rekan-rekan Anda.",
    "unclear": "baris pertamanya bukan keputusan. Balas lagi surel permintaan itu, dan tulis di"
    " baris pertama: setuju — atau — tolak: alasannya",
    "over": "permintaan itu sudah selesai: sudah diputuskan, diganti, atau dibatalkan.",
    "stale": "versi lain sudah terbit sejak artikel ini diajukan. {person} harus mengajukannya"
    " lagi.",
    "forbidden": "Anda tidak berhak memutuskannya: yang Anda ajukan harus disetujui orang lain.",
    "at_terminal": "Anda juga dapat memutuskan lewat terminal:",
}
APPROVAL_TABLES: dict[str, Mapping[str, str]] = {"en": APPROVAL_ENGLISH, "id": APPROVAL_INDONESIAN}


def approval_words(language: str) -> Mapping[str, str]:
    """Return the table for a BCP 47 tag; English where there is none."""
    return APPROVAL_TABLES.get(language.partition("-")[0].lower(), APPROVAL_ENGLISH)
