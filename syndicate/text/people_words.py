"""Fixed words of letters to partners, to followers of one article, and to people who move."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH = {
    "corrected_article": "{office} has corrected an article that was passed on to you.",
    "withdrawn_article": "{office} has withdrawn an article that was passed on to you.",
    "reinstated_article": "{office} has published again an article that it had withdrawn.",
    "article_of": "article of {when}",
    "reinstated": "PUBLISHED AGAIN",
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
}
INDONESIAN = {
    "corrected_article": "{office} telah meralat artikel yang pernah diteruskan kepada Anda.",
    "withdrawn_article": "{office} telah mencabut artikel yang pernah diteruskan kepada Anda.",
    "reinstated_article": "{office} menerbitkan kembali artikel yang pernah dicabutnya.",
    "article_of": "artikel tanggal {when}",
    "reinstated": "DITERBITKAN KEMBALI",
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
        "Jika Anda memuat atau mengutipnya, mohon ikut mencabutnya (Dewan Pers, Pedoman"
        " Pemberitaan Media Siber, butir 5)."
    ),
}
TABLES: dict[str, Mapping[str, str]] = {"en": ENGLISH, "id": INDONESIAN}


def people_words(language: str) -> Mapping[str, str]:
    """Return the table for a BCP 47 tag; English where there is none."""
    return TABLES.get(language.partition("-")[0].lower(), ENGLISH)
