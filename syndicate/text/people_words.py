"""Fixed words of letters to partners, to followers of one article, and to people who move.

They are part of the table in `i18n.py`.
"""

from __future__ import annotations

PEOPLE_ENGLISH = {
    "corrected_article": "{office} has corrected an article that you may have published or quoted.",
    "withdrawn_article": "{office} has withdrawn an article that you may have published or quoted.",
    "reinstated_article": "{office} has reinstated an article that it had withdrawn.",
    "article_of": "article of {when}",
    "headline": "Headline",
    "description": "Description",
    "text": "Text",
    "was_wrong": "What was wrong",
    "changes": "What has changed, the old words [-like this-] and the new ones {+like this+}:",
    "correct_yours": (
        "If you have published or quoted it, please correct it, too (Dewan Pers, Pedoman"
        " Pemberitaan Media Siber, 4)."
    ),
    "withdraw_yours": (
        "If you have published or quoted it, please withdraw it, too (Dewan Pers, Pedoman"
        " Pemberitaan Media Siber, 5)."
    ),
    "confirm": "Confirm",
    "confirm_how": "If it was you, simply reply to this email, or open this link and send it:",
    "confirm_else": "If it was not you, do nothing: nothing will change.",
    "follow_question": "Please confirm that you follow: {headline}",
    "follow_asked": "Someone, we hope you, asked to hear of changes of this article of {office}:",
    "followed": "You follow this article of {office}:",
    "unfollow": "Follow it no more",
    "reminder": "REMINDER",
    "ends": "It ends on {when}.",
    "move_subject": "Please confirm your new address at {office}",
    "move": "Someone, we hope you, asked {office} to write to {to} instead of this address.",
    "arrive": (
        "Someone, we hope you, asked {office} to send here what it has sent to another address of"
        " theirs until now."
    ),
    "moved_subject": "{office} writes to your new address from now on",
    "moved": "What {office} has sent to this address goes to {to} from now on.",
    "moved_else": "If it was not you, this link brings it back within 7 days:",
    "move_back": "Move back",
}
PEOPLE_INDONESIAN = {
    "corrected_article": "{office} telah meralat artikel yang mungkin Anda muat atau kutip.",
    "withdrawn_article": "{office} telah menarik artikel yang mungkin Anda muat atau kutip.",
    "reinstated_article": "{office} menayangkan kembali artikel yang pernah ditariknya.",
    "article_of": "artikel tanggal {when}",
    "headline": "Judul",
    "description": "Ringkasan",
    "text": "Isi",
    "was_wrong": "Yang keliru",
    "changes": "Yang berubah, kata lama [-seperti ini-] dan kata baru {+seperti ini+}:",
    "correct_yours": (
        "Jika Anda memuat atau mengutipnya, mohon ikut meralatnya (Dewan Pers, Pedoman Pemberitaan"
        " Media Siber, butir 4)."
    ),
    "withdraw_yours": (
        "Jika Anda memuat atau mengutipnya, mohon ikut menariknya (Dewan Pers, Pedoman"
        " Pemberitaan Media Siber, butir 5)."
    ),
    "confirm": "Konfirmasi",
    "confirm_how": (
        "Jika benar Anda, cukup balas surel ini, atau buka tautan ini lalu kirim surelnya:"
    ),
    "confirm_else": "Jika bukan Anda, abaikan surel ini: tidak ada yang berubah.",
    "follow_question": "Mohon konfirmasi bahwa Anda mengikuti: {headline}",
    "follow_asked": (
        "Seseorang, semoga Anda sendiri, ingin mengikuti perubahan artikel {office} ini:"
    ),
    "followed": "Anda mengikuti artikel {office} ini:",
    "unfollow": "Berhenti mengikuti",
    "reminder": "PENGINGAT",
    "ends": "Berakhir {when}.",
    "move_subject": "Mohon konfirmasi alamat baru Anda di {office}",
    "move": (
        "Seseorang, semoga Anda sendiri, meminta agar {office} mengirim ke {to}, bukan lagi ke"
        " alamat ini."
    ),
    "arrive": (
        "Seseorang, semoga Anda sendiri, meminta agar kiriman {office} ke alamat lamanya"
        " selanjutnya dikirim ke alamat ini."
    ),
    "moved_subject": "{office} kini mengirim ke alamat baru Anda",
    "moved": "Kiriman {office} ke alamat ini selanjutnya dikirim ke {to}.",
    "moved_else": "Jika bukan Anda yang meminta, kembalikan dengan tautan ini dalam waktu 7 hari:",
    "move_back": "Kembalikan",
}
