"""Each rule finds what it is for, and leaves alone what only looks like it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from support.rules import STANDARDS, article, found, manuscript, rules
from syndicate.editorial import examine as examination
from syndicate.editorial.calendar import dates_in
from syndicate.editorial.fixes import fixed
from syndicate.editorial.standards import Glossary
from syndicate.model.finding import Finding, Fix, Severity

REGISTER = "Pendaftaran tidak dipungut biaya, lewat [laman](https://siakba.kpu.go.id/). "
RECRUITMENT = {
    "profile": "rekrutmen", "expires": "2024-05-08T23:59:00+07:00",
    "infoSources": "[{name: KPU, role: originator}]",
}  # fmt: skip
LONG = "Jalan lingkar timur dibuka kembali untuk semua kendaraan mulai hari ini setelah perbaikan."
QUIET = [  # texts of real life that no rule has anything to say about
    "Ketua hadir Jum’at 18 Maret 2022, Jumat (18/3/2022), dan Friday, March 18, 2022.",
    "Lomba digelar Sabtu-Minggu, 11-12 Mei 2024, dan Sabtu, 11 Mei.",
    "Rapat pukul 08.00 WIB, pukul 13.00-15.00 WITA dan jam 08.00 s.d. 10.00 WIT.",
    "Menginap 3 malam; rapat jam 8 pagi WIB.",
    "Rapat pukul 08.00 dan istirahat pukul 12.00 WIB.",
    "Rapat pukul 08.00 wib; Waktu: 09.00 - selesai WIB; mulai 2.50 persen.",
    "| Acara | Jam (WIB) |\n|---|---|\n| Rapat | pukul 08.00 |",
    "Keputusan Nomor 22/PIH/KOMINFO/2/2010 dan 8.00 persen dari 2.5 juta.",
    "Piagam, piagamnya, PIAGAM, websites dan klasifikasi di Diskominfotik.",
    "KPU, DPRD, BPBD, TNI, POLRI dan PMI hadir.",
    "Narahubung: 0812-0000-0000. Hubungi humas di humas.contoh@gmail.com.",
    "Telepon [0812 3456 7890](tel:+6281234567890) atau 0800-1234-567.",
    "Hari lahir Pancasila 1 Juni 1945; NU lahir 31 Januari 1926.",
    "Kabupaten ini lahir 8 November 1956; PGRI lahir 25 November 1945.",
    "Saldo rekening Rp1.234.567.890, kode rekening 5.1.02.01.01.0024; BRI di 1500017.",
    "Kontak:\n\n- Budi: 0812-3456-7890\n- Siti: 0813-3456-7890\n- Ahmad, sesudah magrib saja:"
    " 0814-3456-7890",
    "WhatsApp 0812-3456-7890 untuk pertanyaan; foto https://a.example/?id=1403014512900003",
    "Layanan penyingkat https://bit.ly/ dan https://s.id disalahgunakan.",
    "Surat bernomor 1234567890123456 dan rekening listrik warga.",
    "KPU tidak pernah mengirim berkas APK lewat bit.ly atau siapa pun.",
    "Rincian: `pukul 08.00`\n\n```\nwibsite pukul 08.00\n```\n\nSelesai.",
    f"{LONG}\n\n- satu\n- dua\n\nKendaraan berat tetap lewat jalan barat sampai pekan depan.",
]
LOUD = {  # what is typed: the rules that find it
    "Ketua hadir Kamis 18 Maret 2022.": ["weekday-mismatch"],
    "Ketua hadir kamis (18/3/2022).": ["weekday-mismatch"],
    "He came on Thursday, March 18, 2022.": ["weekday-mismatch"],
    "Rapat pukul 08.00-10.00 di aula.": ["time-without-zone"],
    "Rapat pukul 8 pagi di aula.": ["time-without-zone"],
    "Acara mulai 08.00. Rapat pkl.09.00, pukul: 10.00, Pukul **11.00** dan **pukul** 12.00.": [
        "time-without-zone"
    ]
    * 5,
    "Waktu: 09.00 - selesai, menurut wit yang ada.": ["time-without-zone"],
    "Doors open at 9.30 a.m. today.": ["time-without-zone"],
    "Piangam dan wibsite, partisiapasinya.": ["glossary"] * 3,
    "Ketua KPU Fadhilah hadir.": ["glossary"],
    f"{LONG}\n\nSementara itu {LONG.lower()}": ["repeated-paragraph"],
    "Warga DILARANG KERAS MEMBUANG SAMPAH SEMBARANGAN di sini.": ["all-caps"],
    "Lihat https://s.id/x dan www.bit.ly/y.": ["shortened-link"] * 2,
    "Unduh [ini](https://a.example/get?f=x.apk).": ["apk-link"],
    "Lihat https://m.bit.ly/x dan https://linktr.ee/y.": ["shortened-link"] * 2,
    "Unduh [ini](https://a.example/a.APK/) atau [itu](https://a.example/#/b.apk).": ["apk-link"]
    * 2,
    "Rudi, (0812) 3456-7890.": ["telephone"],
    "Rudi, rudi@protonmail.com, rudi@live.com.": ["private-email"] * 2,
    "Siti, tgl lahir 12/05/2009; Kelahiran Bengkalis 12 Mei 2009.": ["birth-date"] * 2,
    "Rumah di RT/RW 003/002 dan RT 01 dan RW 02.": ["home-address"] * 2,
    "NIK 1403 0145 1290 0003.": ["identity-number"],
    "Rudi, +62 812-3456-7890.": ["telephone"],
    "Rudi, rudi@yahoo.co.id.": ["private-email"],
    "Nomor rekening 1234567890.": ["bank-account"],
    "Siti, TTL Bengkalis, 12-05-2009.": ["birth-date"],
    "Budi, NIK.1403014512900003; 14-03-01-451290-0003.": ["identity-number"] * 2,
    "NIP 19800101 200501 1 001; NIP.198001012005011001.": ["identity-number"] * 2,
    "NPWP 01.234.567.8-901.000; NPWP: 012345678901000.": ["identity-number"] * 2,
    "No. paspor: C 1234567.": ["identity-number"],
    "Transfer ke BRI 0123-01-012345-50-9 a.n. Budi.": ["bank-account"],
    "Rek. Bank BRI: 1010112345; Bank Mandiri 108-00-1234567-8.": ["bank-account"] * 2,
    "Hubungi korban Siti. Korban Siti memiliki nomor 0812-3456-7890.": ["telephone"],
    "Hubungi posko di kantor. Siti, 0812-3456-7890, selamat.": ["telephone"],
    "Humas Polres menyebut nomor pelaku 0813-1234-5678.": ["telephone"],
    "Ia tinggal di RT 03 RW 02.": ["home-address"],
}


@pytest.mark.parametrize("body", QUIET)
def test_what_is_right_is_left_alone(tmp_path: Path, body: str) -> None:
    assert rules(tmp_path, article(body)) == []


@pytest.mark.parametrize(("body", "names"), LOUD.items())
def test_what_is_wrong_is_found_at_its_place(tmp_path: Path, body: str, names: list[str]) -> None:
    findings = found(tmp_path, article(body))
    assert [finding.rule for finding in findings] == names
    assert all(finding.line >= 5 and finding.column > 0 for finding in findings)


@pytest.mark.parametrize(
    ("headline", "body", "names"),
    [
        ("Bantuan untuk 17 desa", "Bantuan untuk tujuh belas, 15 desa.", ["headline-figure"]),
        ("Bantuan untuk 17 desa", "Ada 17 desa, 15 desa di pesisir.", []),
        ("Bantuan untuk 17 desa", "Bantuan diserahkan.", []),
        ("Bantuan Rp1,2 miliar", "Dana Rp1.234.567.000 diserahkan.", []),
        ("Bantuan Rp12 miliar", "Dana Rp1.234.567.000 diserahkan.", ["headline-figure"]),
        ("Tiga desa banjir", "Ada 3 desa.", []),
        ("Naik 5 persen", "Naik 6% dari tahun lalu.", ["headline-figure"]),
        ("Lebih dari 100 warga hadir", "Hadir 112 warga.", []),
        ("Pilkada serentak 2024", "Pemilihan 2020 lalu.", []),
        ("PASAR MURAH DIBUKA", "Isi.", ["all-caps"]),
        ("KPU dan DPRD bertemu", "Isi.", []),
        ("Hilang, lihat 0812-3456-7890", "Isi.", ["telephone"]),
        ("Kata " * 25, "Isi.", ["long-headline"]),
        ("3 unit ambulans", "Satu desa dapat 1 unit, kota 2 unit.", []),
        ("300 warga divaksin", "Pagi 150 warga, sore 150 warga.", []),
        ("Dua puluh lima desa", "Ada 25 desa.", []),
        ("Dua ratus lima puluh warga", "Ada 250 warga.", []),
        ("Dua belas desa", "Ada 13 desa.", ["headline-figure"]),
        ("Satu warga tertolong", "Hadir 5 warga.", []),
        ("Rapat pukul 08.00", "Isi.", ["time-without-zone"]),
        ("Rapat pukul 08.00", "Rapat pukul 08.00 WIB.", []),
    ],
)
def test_the_headline_is_held_against_the_text(
    tmp_path: Path, headline: str, body: str, names: list[str]
) -> None:
    assert rules(tmp_path, article(body, headline)) == names


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ("Dibuka 2 Mei 2024 08.00 WIB, ditutup 8 Mei 2024 23.59 WIB.", []),
        ("Pendaftaran 2–8 Mei 2024, pukul 08.00–16.00 WIB.", []),
        ("Pendaftaran 2 Mei 2024 sampai 8 Mei 2024 pukul 23.59 WIB.", ["opening-time"]),
        ("Pendaftaran 2 Mei 2024 sampai 8 Mei 2024.", ["opening-time", "closing-time"]),
        (
            "Pendaftaran ditutup 8 Mei 2024 pukul 15.00 WIB; berkas paling lambat pukul 16.00 WIB.",
            ["opening-time"],
        ),
        ("Pendaftaran dibuka 2 Mei 2024 pukul 08.00 WIB sampai 16.00 WIB.", ["closing-time"]),
        (
            "Pendaftaran tahun lalu dibuka 2 Mei 2020 pukul 08.00 WIB, ditutup 8 Mei 2020 pukul"
            " 16.00 WIB; tahun ini belum diumumkan.",
            ["opening-time", "closing-time", "past-date"],
        ),
        (
            "## Jadwal pendaftaran\n\nMulai 2 Mei 2024 pukul 08.00 WIB sampai 8 Mei 2024 pukul"
            " 23.59 WIB.",
            [],
        ),
        ("Dibuka 2 Mei 2024 jam 8 pagi WIB, ditutup 8 Mei 2024 jam 12 malam WIB.", []),
        ("Dibuka pukul 08.00 WIB tanggal 2 Mei 2024 sampai pukul 23.59 WIB, 8 Mei 2024.", []),
        ("Pendaftaran 2 Mei 2024 sampai 8 Mei 2024 pukul 08.00–16.00 WIB.", []),
        (
            "| Tahap | Waktu |\n|---|---|\n| Pendaftaran dibuka | 2 Mei 2024 pukul 08.00 WIB |\n"
            "| Pendaftaran ditutup | 8 Mei 2024 pukul 23.59 WIB |",
            [],
        ),
        ("Registration opens 2 May 2024, 08.00 WIB and closes 8 May 2024, 23.59 WIB.", []),
        (
            "Pendaftaran di kantor.\n\nTes 9 Mei 2024 pukul 08.00–10.00 WIB.",
            ["opening-time", "closing-time"],
        ),
    ],
)
def test_a_recruitment_says_when_it_opens_and_closes(
    tmp_path: Path, body: str, missing: list[str]
) -> None:
    names = rules(tmp_path, article(f"{REGISTER}\n\n{body}", **RECRUITMENT))
    assert sorted(names) == sorted(missing)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("Calo mengaku tidak dipungut biaya itu hoaks; biaya Rp100.000.", ["free-of-charge"]),
        ("Waspada penipuan yang mengatasnamakan KPU: pendaftaran tidak dipungut biaya.", []),
    ],
)
def test_free_of_charge_is_no_rumour(tmp_path: Path, words: str, names: list[str]) -> None:
    times = "Dibuka 2 Mei 2024 08.00 WIB, ditutup 8 Mei 2024 23.59 WIB di"
    body = f"{times} [laman](https://siakba.kpu.go.id/).\n\n{words}"
    assert rules(tmp_path, article(body, **RECRUITMENT)) == names


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("Batas akhir 3 Januari 2024.", ["past-date"]),
        ("Menurut surat 3 Januari 2024, lomba digelar 9 Mei 2024.", []),
        ("Lomba digelar 9 Mei 2023.", ["past-date"]),
        ("Lomba digelar 9 Mei.", []),
        ("Berdasarkan SK tanggal 3 Januari 2024 lomba dibuka.", []),
        ("Perda Nomor 2 tanggal 3 Januari 2024 berlaku.", []),
        ("Data sampai 31 Desember 2023 ada 3 warga; data per 31 Desember 2023 sama.", []),
    ],
)
def test_an_announcement_is_of_what_is_still_to_come(
    tmp_path: Path, body: str, names: list[str]
) -> None:
    assert rules(tmp_path, article(body, profile="pengumuman")) == names
    assert rules(tmp_path, article(body, profile="berita")) == []


def test_an_answer_that_was_due_before_it_was_asked_for_is_told(tmp_path: Path) -> None:
    [finding] = found(tmp_path, article("Isi.", replyDue="2024-04-20"))
    assert (finding.line, finding.rule) == (3, "past-date")
    assert "an answer was due by 20 April 2024" in finding.message
    assert rules(tmp_path, article("Isi.", replyDue="2024-05-01")) == []


def test_a_rule_is_off_where_its_writer_says_so_and_that_is_named(tmp_path: Path) -> None:
    text = article(
        "Piangam, pukul 08.00.", checks="{off: [glossary, all-caps, unreadable, glosary]}"
    )
    examined = examination.examine(manuscript(tmp_path, text), STANDARDS)
    assert [finding.rule for finding in examined.findings] == [
        "unknown-rule", "unknown-rule", "time-without-zone",
    ]  # fmt: skip
    assert "did you mean glossary?" in str(examined.findings[1])
    assert [note.partition(" ")[2] for note in examined.notes] == [
        "all-caps is switched off here (it finds nothing)",
        "glossary is switched off here (1 finding not shown)",
    ]


def test_an_office_switches_rules_off_and_grades_them(tmp_path: Path) -> None:
    standards = replace(
        STANDARDS, off=("glossary",), severity={"time-without-zone": Severity.ERROR}
    )
    [finding] = found(tmp_path, article("Piangam, pukul 08.00."), standards)
    assert (finding.rule, finding.is_error) == ("time-without-zone", True)
    assert "glossary" in examination.switched_off(standards)[0]
    examined = examination.examine(manuscript(tmp_path, article("Piangam.")), standards)
    assert [note.partition(": ")[2] for note in examined.notes] == [
        "checks.off hides glossary (1 finding not shown)"
    ]


def test_what_an_office_allows_is_no_misspelling(tmp_path: Path) -> None:
    allowed = replace(STANDARDS, glossary=Glossary(names=("Piagam",), allow=("Piangam",)))
    assert rules(tmp_path, article("Piangam."), allowed) == []
    few = replace(STANDARDS, glossary=Glossary(office_words=False))
    assert rules(tmp_path, article("Lewat wibsite."), few) == []


@pytest.mark.parametrize(
    ("typed", "corrected"),
    [
        ("di Diskomifotik kini", "di Diskominfotik kini"),
        ("DISKOMIFOTIK.", "DISKOMINFOTIK."),
        ("Diskomifotiknya", "Diskominfotiknya"),
        ("Diskomifotik dan Diskomifotik", "Diskominfotik dan Diskominfotik"),
        ("wibsite Piangam", "wibsite Piangam"),  # no name of its own; one of six letters
        ("Dskomifotik", "Dskomifotik"),  # two letters off
        ("“tulisan Diskomifotik” itu", "“tulisan Diskomifotik” itu"),
        ('tertulis "Diskomifotik" di', 'tertulis "Diskomifotik" di'),
        ("“Kami,” kata Diskomifotik", "“Kami,” kata Diskominfotik"),
    ],
)
def test_only_what_is_certain_is_fixed(tmp_path: Path, typed: str, corrected: str) -> None:
    text = article(f"Satu.\n\nKantor {typed}").replace("\n", "\r\n")
    findings = found(tmp_path, text)
    assert fixed(text, findings)[0] == text.replace(typed, corrected)


def test_a_fix_counts_only_where_its_words_still_stand() -> None:
    finding = Finding(path="x", line=2, column=3, rule="glossary", message="", fix=Fix("ab", "c"))
    assert fixed("1\n12ab", [finding]) == ("1\n12c", 1)
    assert fixed("1\n12xy", [finding]) == ("1\n12xy", 0)


@pytest.mark.parametrize(
    "body",
    [
        "Lihat [a][Diskomifotik] dan [b](/Diskomifotik/a).\n\n[Diskomifotik]: https://kantor.example/a",
        "Contoh:\n\n    tulis Diskomifotik\n\tdan Diskomifotik",
        "~~~\n```\nDiskomifotik\n~~~\n\n````\n```\nDiskomifotik\n````",
        "Tulis ``Diskomifotik ` `` saja.",
        "Lewat @Diskomifotik, #Diskomifotik, dan (@Diskomifotik.bengkalis).",
        "Di bengkalis.go.id/Diskomifotik/a atau diskomifotik.bengkalisok.go.id.",
        "Unduh file_Diskomifotik_1.pdf dan Diskomifotik.docx.",
    ],
)
def test_what_is_no_prose_is_left_alone(tmp_path: Path, body: str) -> None:
    assert "glossary" not in rules(tmp_path, article(body))


def test_a_paragraph_in_a_list_is_prose(tmp_path: Path) -> None:
    body = "- satu\n\n    lewat Diskomifotik\n\n~~~\nkode\n~~~\n\nKantor Diskomifotik."
    assert rules(tmp_path, article(body)) == ["glossary"] * 2


@pytest.mark.parametrize(
    "words",
    [
        "Kamis tanggal 18 Maret 2022", "Kamis tgl 18 Maret 2022", "Kamis, tgl. 18 Maret 2022",
        "Kamis, tanggal 18 bulan Maret 2022", "Kamis malam, 18 Maret 2022", "Kamis (18/03/22)",
        "Kamis, 18-03-2022", "Kamis 18.03.2022", "Kamis,18 Maret 2022", "Kamis/18 Maret 2022",
        "Kamis - 18 Maret 2022", "**Kamis**, 18 Maret 2022", "Hari: Kamis\nTanggal: 18 Maret 2022",
        "- Hari: Kamis\n- Tanggal: 18 Maret 2022", "Minggu, 18 Maret 2022",
        "Jumat 31 Februari 2022",
        "| a | b |\n|---|---|\n| Hari | Kamis |\n| Tanggal | 18 Maret 2022 |",
        "30 Februari 2022",
    ],
)  # fmt: skip
def test_a_day_that_is_not_its_date_s_is_found_however_it_is_written(
    tmp_path: Path, words: str
) -> None:
    assert "weekday-mismatch" in rules(tmp_path, article(f"Rapat\n\n{words}\n\ndi aula."))
    right = words.replace("Kamis", "Jumat")
    if right != words:
        assert "weekday-mismatch" not in rules(tmp_path, article(f"Rapat\n\n{right}\n\ndi aula."))


@pytest.mark.parametrize(
    "body",
    [
        "Pelatihan dua minggu, 18 Maret 2022 dimulai. Selama dua minggu 1 Maret 2022.",
        "Setiap minggu 18 Maret 2022 dan akhir minggu, 18 Maret 2022.",
        "Kamis dan Jumat, 17 dan 18 Maret 2022. Kamis s.d. Jumat, 17 s.d. 18 Maret 2022.",
        "Versi 1.2.2022.3, kode 31/02/2022 dan 18.03.22 di berkas.",
        "Kamis (17/03/22), Jumat 18.03.2022, Jumat malam, 18 Maret 2022 pukul 20.00 WIB.",
    ],
)
def test_weeks_and_ranges_are_no_days(tmp_path: Path, body: str) -> None:
    assert "weekday-mismatch" not in rules(tmp_path, article(body))


NAMES = ("Mulyadi", "Wahyudi", "Hidayat", "Rahmadani", "Bantan", "Mandau", "Perumahan")
COMMON = [
    "Perubahan jadwal penyidikan: bantuan dan mandat bagi para penyandang disabilitas.",
    "Bantuan Mandat Perubahan Pendidikan Penyidikan Pendaratan Perumusan Pemerataan.",
    "Pembangunan, pembagian, pengumpulan, penyelenggara, penghargaan, penghapusan.",
    "The statistics of the administration, its information and verification.",
]


@pytest.mark.parametrize("body", COMMON)
def test_a_common_word_is_no_misspelling(tmp_path: Path, body: str) -> None:
    standards = replace(STANDARDS, glossary=Glossary(names=NAMES))
    assert rules(tmp_path, article(body), standards) == []


def test_other_people_s_names_are_never_corrected(tmp_path: Path) -> None:
    text = article("Hadir Sri Mulyani, Wahyuni, Al Hidayah, Ramadani.")
    findings = found(tmp_path, text, replace(STANDARDS, glossary=Glossary(names=NAMES)))
    assert findings
    assert fixed(text, findings) == (text, 0)


def test_dates_are_read_as_offices_write_them() -> None:
    text = "2 Mei, 2 Mei 2024, 31 Februari 2024, May 2, 2024, 2/5/2024, 2024-05-02, 2-8 Mei 2024"
    days = [f"{said.day}" for said in dates_in(text)]
    assert days == ["None", *["2024-05-02"] * 4, "2024-05-08"]
