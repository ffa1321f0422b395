"""Words of public offices that are long enough to have one spelling nearby: the program's own list.

No word stands here that another Indonesian or English word is one letter away from, as
klarifikasi and klasifikasi are.
"""

OFFICE_WORDS = (
    "administrasi",
    "dokumentasi",
    "informasi",
    "kabupaten",
    "kecamatan",
    "keterlambatan",
    "komisioner",
    "komunikasi",
    "koordinasi",
    "masyarakat",
    "menyebarluaskan",
    "menyukseskan",
    "organisasi",
    "partisipasi",
    "pelaksanaan",
    "pembangunan",
    "pemerintah",
    "pendaftaran",
    "pendidikan",
    "penghargaan",
    "pengumuman",
    "penyelenggaraan",
    "perekrutan",
    "persandian",
    "persyaratan",
    "piagam",
    "rekrutmen",
    "sebagaimana",
    "sekretariat",
    "sosialisasi",
    "statistik",
    "verifikasi",
    "website",
)
