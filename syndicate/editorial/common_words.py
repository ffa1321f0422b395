"""Frequent words of Indonesian by their roots: what is one of them is no misspelt name.

A word counts with the language's prefixes and suffixes (Tata Bahasa Baku Bahasa Indonesia), so that
few roots stand for many words.
"""

from __future__ import annotations

ROOT_WORDS = """
abad abai acara acuan adab adat adil adopsi agama agar agenda agung ahli ajak ajar aju akad
akhir akibat akrab akses aktif aktor akurat alam alami alamat alasan alat aliran alih alokasi
aman ambil ambulans amal amanah amanat anak analisis ancam andal aneka angan anggap anggar
anggota angin angka angkat angkut antar antisipasi anugerah aparat aplikasi apresiasi arah
arahan area arsip artikel arti asal asas asesmen asing asli asuh asuransi atas atasi atur
audiensi awak awal awan awas ayah bagi bagai bagian bagus bahan bahas bahasa bahaya bahwa baik
baju bakar baku balai balas balik balita banding bangga bangkit bangsa bangun banjir bantah
bantai bantu banyak barang barat barisan baru basis batal batas bawa bawah bayang bayar beasiswa
beban bebas beda bekal bekas bela belah belajar belanja beli belum benar bencana benda bendera
bentang bentuk berani berat berita berkas berkat besar besok betul biasa biaya bicara bidang
bijak bimbing bina bisnis blokir bongkar buah buang budaya budi buka bukit bukti buku bulan bumi
bunga buru buruh butuh cabang cabut cagar cahaya camat cantum capai cari catat cegah cemar cepat
cerah cerita cermat cetak cinta cipta citra coba contoh cuaca cukup curah dagang daerah daftar
dalam dalih damai dampak damping dana danau dapat darat darurat dasar data datang daya debat
dekat demam demikian demokrasi dengan dengar derajat desa desain detail dewan dewasa didik dinas
dingin diri disiplin diskusi dokumen dokter dominasi donasi dorong dosen duduk duga dukung dunia
duta edar edukasi efek efektif efisien ekonomi ekspor elemen emisi empat energi erat evakuasi
evaluasi fakta fasilitas fisik fokus forum fungsi gabung gagal gagas gairah galak galang gambar
ganda ganggu ganti garis gaung gaya gedung gelar gelombang gempa gencar generasi gerak gereja
giat gigi gizi gotong gratis gugat gugus guna gunung guru hadap hadiah hadir hajat hakim halal
halaman hambat hampir hanya hapus harap harga hari harus hasil hasut hati hemat hendak henti
hibah hidup hijau hilang himbau himpun hingga hitung hormat hubung hujan hukum huni hutan ibadah
ibukota identitas ikan iklan iklim ikrar ikut ilmu imbang imbas imbau imunisasi indah industri
informan infrastruktur ingat ingin inovasi insentif inspeksi instansi institusi instruksi
integrasi intensif internet investasi isian istri istirahat isyarat izin jabat jadi jadwal jaga
jalan jalin jalur jamin jangka jangkau jarak jaring jasa jatuh jauh jawab jelang jelas jemaah
jembatan jemput jenis jenjang jernih jiwa jual juara judul jujur jumlah jumpa juru jurus kabar
kader kain kait kaji kalah kaki kalangan kali kampanye kampung kantor kapal karakter karang
karena karya kasih kasus kaum kawal kawan kawasan kaya keadaan kebun kecil kecuali kedua
kegiatan kejar keliling kelola kelompok keluar keluarga keluh kelurahan kembali kembang kemudian
kenal kendala kendali kendara kepala kerja keras kering keseluruhan ketat ketemu ketua khas
khawatir khusus kirim kisah klarifikasi klasifikasi klinik komentar komisi komitmen kompetisi
komunitas kondisi kondusif konfirmasi konflik konsep konsultasi konsumsi konten kontribusi
kontrol koperasi korban koreksi korupsi kota kotak kritik kualitas kuasa kuat kuliah kumpul
kunjung kurang kursi laba labuh lahan lahir lain lajur laksana laku lama lambang lambat lampau
lampir lancar lanjut lantai lantik lapang lapangan lapor larang latih laut lawan layak layan
lebih ledak lelang lemah lembaga lembar lengkap lepas lestari letak lewat liar libat libur lihat
limbah lindung lingkar lingkung lingkungan lintas listrik literasi logistik lokal lokasi lomba
luar luas lulus lumpur lunas lurah lurus mahasiswa makan makmur malam mampu mandat mandiri
manfaat mangkat mantap manusia masa masalah masih masing masjid masuk masyarakat mata mati
maupun media mekanisme melalui menang menantu menteri mental merah merdeka mesin meski metode
mewah milik minat minggu minta minum miskin misal mitigasi mitra mobil mobilitas modal modern
mohon momentum monitor motivasi motor muda mudah mula mulai mulia mundur muncul mungkin murah
murid murni musibah musik musim muslim mutu nagari naik nama nanti nasihat nasional negara
negeri nelayan niaga niat nikmat nilai normal nyala nyaman nyata objek obat olah olahraga
operasi optimal orang otonomi padam padat pagi paham pahlawan pajak pakai paksa pameran panas
pandai pandang pandu panen panggil pangan pangkal panitia panjang pantai pantas pantau parah
parkir parlemen partai partisipan pasang pasar pasien pasti pasukan patok patuh patut payung
pecah peduli pegang pegawai pekan pelabuhan peluang peluk penduduk pengaruh pentas penting penuh
peran perang percaya perempuan pergi periksa perintah periode perlu perpustakaan pertama
pertamina perumahan pesan peserta pesisir petaka petani petik petugas pihak pikir pilih pimpin
pindah pinjam pinta pintu piket pipa pisah pohon pokok pola politik polisi porsi positif posisi
potensi potong praktik presiden prestasi pribadi prima prinsip prioritas produk produksi profesi
program promosi proses proyek publik puas pucuk pukul pulang pulau pulih pungut puncak pupuk
pusat puskesmas putih putra putri putus racun ragam raih rakyat ramah ramai rampung rancang
rangka rangkai rapat rapi rasa rata rawan rawat realisasi regulasi rehab rekam rekening
rekomendasi relawan rencana rendah resmi respons restoran revisi ribu ringan rinci risiko rokok
roda ruang rujuk rukun rumah rumus rusak rutin sabar saham sahabat saing sakit saksi salah salam
saling salur sama sambil sambung sambut sampah sampai samping sanding sanitasi santun sapa
sarana saran sarjana satu satuan sawah sawit saya sebab sebar sebut sederhana sedia segar segera
sejahtera sejarah sekarang sekolah sekretaris sektor selain selalu selamat selaras selasa
selatan selenggara selesai selidik seluruh semangat sembako sembilan sembuh semua senang sendiri
seni senin sensus sentra serah serang serasi serentak seri serikat serius serta sertifikat
serupa sesuai setara setia setuju sewa siaga sial siap siapa siar sidang sidik sifat sikap
simpan singkat sinergi siram sistem siswa situasi situs soal solusi sosial stabil standar
stasiun status strategi studi suami suara suasana sukar sukses suku sulit sumbang sumber sungai
sunting surat survei susah susul susun swasta syarat syukur tabungan tahap tahan tahu tahun
tajam takut tambah tamat tambang tampil tampung tanam tanah tanda tandatangan tanding tangan
tangani tanggal tanggap tanggul tanggung tanjung tanpa tanya target tarif tarik tata tatap tawar
tebal teguh tegas teknik teknis teknologi telaah telepon televisi teliti teman tempat tempuh
temu tenaga tengah tenggara tentang tentara tentu tepat terang terap terbang terbit teri terima
terus tetap tetangga tiap tiba tidak tiga tiket timbang timbul timur tindak tinggal tinggi
tingkat tinjau titik titip tokoh tolak tolong topik total tradisi transaksi transfer transparan
transportasi tugas tuju tular tulis tumbuh tumpang tunda tunggal tunggu tunjang tunjuk tuntas
tuntun tuntut turis turun turut tutup tutur uang ubah udang udara uji ulang ulas umat umum
undang undi unggah unggul unggulan ungkap unit universitas unsur untuk upacara upaya urus usaha
usia usul usut utama utara vaksin vaksinasi wabah wajah wajib wakil waktu walau wanita warga
warna warta warung wartawan waspada wenang wewenang wilayah wisata wujud yayasan zaman statistic
statistics information administration organization communication registration government
regional national community document services minister election
"""
ROOTS = frozenset(ROOT_WORDS.split())
# each with the letter of a root that it takes the place of
PREFIXES = (
    ("", ""), ("di", ""), ("ke", ""), ("se", ""), ("te", ""), ("ter", ""), ("be", ""), ("ber", ""),
    ("bel", ""), ("me", ""), ("mem", ""), ("mem", "p"), ("men", ""), ("men", "t"), ("meng", ""),
    ("meng", "k"), ("menge", ""), ("meny", "s"), ("pe", ""), ("pel", ""), ("per", ""), ("pem", ""),
    ("pem", "p"), ("pen", ""), ("pen", "t"), ("peng", ""), ("peng", "k"), ("penge", ""),
    ("peny", "s"), ("memper", ""), ("diper", ""), ("member", ""), ("keber", ""), ("keter", ""),
    ("seper", ""), ("seke", ""), ("pember", ""), ("berke", ""), ("berpe", ""), ("ketidak", ""),
)  # fmt: skip
SUFFIXES = ("", "an", "kan", "i", "nya", "annya", "kannya", "inya", "lah", "anlah", "kanlah", "pun")


def is_common(word: str) -> bool:
    """Return True for a frequent word in small letters, with prefixes and suffixes."""
    return any(
        _has_root(word[: len(word) - len(suffix)]) for suffix in SUFFIXES if word.endswith(suffix)
    )


def _has_root(stem: str) -> bool:
    return any(
        f"{lost}{stem[len(prefix) :]}" in ROOTS
        for prefix, lost in PREFIXES
        if stem.startswith(prefix)
    )
