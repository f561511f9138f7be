"""What is said in Indonesian. Formal: Bapak/Ibu, Saudara. Warm: Anda, and often no pronoun at all. Young: Kak, kamu."""

from __future__ import annotations

from notifications.models.moment import Moment

Variants = tuple[tuple[str, ...], tuple[str, ...]]
"""Opening sentences, and what stands before the link."""

INDONESIAN: dict[Moment, dict[str, Variants]] = {
    Moment.ANNOUNCED: {
        "formal": (
            (
                "{organiser} dengan hormat mengundang Bapak/Ibu mengikuti {kind} berikut.",
                "Dengan ini {organiser} mengumumkan penyelenggaraan {kind} yang terbuka untuk umum.",
            ),
            ("Informasi dan pendaftaran:", "Pendaftaran tanpa dipungut biaya:"),
        ),
        "warm": (
            (
                "Ada {kind} baru untuk Anda. Catat tanggalnya, ajak teman dan keluarga.",
                "Satu lagi alasan untuk berkunjung ke perpustakaan: {kind} ini kami siapkan untuk Anda.",
                "Mari belajar bersama. {organiser} menyiapkan {kind} yang sayang untuk dilewatkan.",
            ),
            ("Daftar di sini, gratis:", "Selengkapnya dan pendaftaran:"),
        ),
        "young": (
            (
                "Halo, Kak! Ada {kind} seru yang sayang banget kalau dilewatkan.",
                "Siap-siap tandai kalender, Kak. {organiser} punya {kind} baru!",
            ),
            ("Amankan tempatmu di sini:", "Gratis, tinggal daftar:"),
        ),
    },
    Moment.REGISTRATION_OPEN: {
        "formal": (
            (
                "Pendaftaran {kind} berikut telah dibuka.",
                "Bapak/Ibu kini dapat mendaftarkan diri untuk mengikuti {kind} berikut.",
            ),
            ("Pendaftaran melalui:", "Formulir pendaftaran:"),
        ),
        "warm": (
            (
                "Pendaftaran sudah dibuka! Tempat terbatas, jadi daftarlah lebih awal.",
                "Kabar yang ditunggu: pendaftaran {kind} ini resmi dibuka.",
            ),
            ("Daftar sekarang:", "Isi formulirnya di sini, tidak sampai dua menit:"),
        ),
        "young": (
            (
                "Pendaftaran dibuka, Kak! Siapa cepat, dia dapat.",
                "Yang dari kemarin tanya kapan daftarnya: sekarang, Kak!",
            ),
            ("Gas daftar:", "Daftar dulu, ajak teman kemudian:"),
        ),
    },
    Moment.SPEAKER: {
        "formal": (
            (
                "Kami memperkenalkan narasumber {kind} ini: {speaker}.",
                "{speaker} akan hadir sebagai narasumber dalam {kind} berikut.",
            ),
            ("Informasi dan pendaftaran:",),
        ),
        "warm": (
            (
                "Kenalkan, narasumber kita: {speaker}.",
                "Bersama {speaker}, kita akan belajar banyak hal baru.",
            ),
            ("Siapkan pertanyaan Anda, lalu daftar di sini:", "Ikuti sesinya:"),
        ),
        "young": (
            (
                "Tebak siapa yang bakal berbagi ilmu, Kak? {speaker}!",
                "Ngobrol langsung bareng {speaker}, kapan lagi?",
            ),
            ("Simpan tempatmu:", "Daftar di sini, Kak:"),
        ),
    },
    Moment.FEW_SEATS: {
        "formal": (
            (
                "Tempat yang tersedia untuk {kind} ini kurang dari {seats}.",
                "Kami sampaikan bahwa kuota {kind} ini hampir terpenuhi: tersisa kurang dari {seats} tempat.",
            ),
            ("Pendaftaran selama tempat masih tersedia:",),
        ),
        "warm": (
            (
                "Tempat hampir habis: tersisa kurang dari {seats}. Jangan sampai terlewat.",
                "Kurang dari {seats} tempat lagi! Masih ada kesempatan untuk Anda.",
            ),
            ("Ambil tempat Anda:", "Daftar sebelum penuh:"),
        ),
        "young": (
            (
                "Kak, tempatnya tinggal sedikit! Kurang dari {seats} lagi.",
                "Hampir penuh nih, Kak: sisa kurang dari {seats} tempat.",
            ),
            ("Buruan sebelum kehabisan:",),
        ),
    },
    Moment.WAITLIST: {
        "formal": (
            ("Seluruh tempat telah terisi. Pendaftaran kini masuk ke daftar tunggu.",),
            ("Daftar tunggu:",),
        ),
        "warm": (
            (
                "Terima kasih atas antusiasme Anda! Semua tempat sudah terisi, tetapi daftar tunggu masih dibuka.",
                "Penuh! Begitu ada yang batal, tempatnya langsung kami tawarkan kepada yang menunggu.",
            ),
            ("Masuk daftar tunggu:",),
        ),
        "young": (
            ("Wow, penuh, Kak! Tenang, masih ada daftar tunggu. Siapa tahu rezeki.",),
            ("Antre di sini:",),
        ),
    },
    Moment.H7: {
        "formal": (
            (
                "Tujuh hari menjelang {kind} berikut, pendaftaran masih kami buka.",
                "Bapak/Ibu masih dapat mendaftar: {kind} ini berlangsung sepekan lagi.",
            ),
            ("Informasi dan pendaftaran:",),
        ),
        "warm": (
            (
                "Seminggu lagi kita bertemu! Sudah mendaftar?",
                "Tinggal tujuh hari. Luangkan waktu, ajak satu teman yang Anda ingat pertama kali.",
            ),
            ("Belum mendaftar? Masih bisa:", "Daftar di sini:"),
        ),
        "young": (
            (
                "Seminggu lagi, Kak! Sudah masuk kalender belum?",
                "Tujuh hari menuju keseruan. Kamu ikut, kan?",
            ),
            ("Yang belum daftar, merapat:",),
        ),
    },
    Moment.H1: {
        "formal": (
            (
                "Kami mengingatkan bahwa {kind} berikut diselenggarakan besok.",
                "Besok, {organiser} menyelenggarakan {kind} berikut. Kehadiran Bapak/Ibu kami nantikan.",
            ),
            ("Informasi selengkapnya:",),
        ),
        "warm": (
            (
                "Besok kita bertemu! Siapkan catatan dan pertanyaan terbaik Anda.",
                "Sampai jumpa besok. Yang sudah mendaftar, cek kembali email pengingat dari kami.",
            ),
            ("Lihat rinciannya di sini:", "Masih sempat mendaftar:"),
        ),
        "young": (
            (
                "Besok, Kak! Pasang alarm dari sekarang, ya.",
                "Tinggal tidur semalam, besok kita ketemu!",
            ),
            ("Cek lagi infonya:",),
        ),
    },
    Moment.TODAY: {
        "formal": (
            (
                "Hari ini: {kind} bersama {organiser}.",
                "Kami menantikan kehadiran Bapak/Ibu dalam {kind} hari ini.",
            ),
            ("Informasi selengkapnya:",),
        ),
        "warm": (
            (
                "Hari ini! Kami sudah siap menyambut Anda.",
                "Harinya tiba. Sampai bertemu sebentar lagi.",
            ),
            ("Rincian acara:", "Info terakhir ada di sini:"),
        ),
        "young": (
            (
                "Hari ini, Kak! Jangan sampai lupa.",
                "Sudah hari H! Sampai ketemu, ya.",
            ),
            ("Semua infonya di sini:",),
        ),
    },
    Moment.LIVE: {
        "formal": (
            ("{kind_title} berikut sedang berlangsung.",),
            ("Informasi selengkapnya:",),
        ),
        "warm": (
            ("Kami sedang berlangsung! Silakan bergabung.", "Sudah dimulai, dan masih ada waktu untuk bergabung."),
            ("Ikuti di sini:",),
        ),
        "young": (
            ("Sudah mulai, Kak! Yuk, merapat.",),
            ("Gabung dari sini:",),
        ),
    },
    Moment.EXHIBITION_OPENING: {
        "formal": (
            (
                "{organiser} membuka pameran berikut untuk umum.",
                "Dengan hormat kami mengundang Bapak/Ibu mengunjungi pameran yang hari ini mulai dibuka.",
            ),
            ("Pilih waktu kunjungan:",),
        ),
        "warm": (
            (
                "Hari ini pameran kami buka. Datanglah bersama keluarga.",
                "Pintu pameran sudah terbuka. Silakan datang, melihat, dan berlama-lama.",
            ),
            ("Pilih jam kunjungan Anda:", "Atur kunjungan, gratis:"),
        ),
        "young": (
            ("Pamerannya resmi dibuka, Kak! Datang, lihat, abadikan.",),
            ("Pilih jam kunjunganmu:",),
        ),
    },
    Moment.EXHIBITION_LAST_DAYS: {
        "formal": (
            ("Pameran berikut segera berakhir. Masih ada kesempatan untuk berkunjung.",),
            ("Pilih waktu kunjungan:",),
        ),
        "warm": (
            (
                "Hari-hari terakhir! Setelah ini pameran kami tutup.",
                "Belum sempat berkunjung? Pameran ini hanya sebentar lagi.",
            ),
            ("Pilih jam kunjungan Anda:",),
        ),
        "young": (
            ("Hari-hari terakhir, Kak! Jangan tunggu sampai tutup.",),
            ("Pilih jam kunjunganmu:",),
        ),
    },
    Moment.THANKS: {
        "formal": (
            (
                "{organiser} menyampaikan terima kasih kepada seluruh peserta dan narasumber.",
                "Terima kasih atas kehadiran dan perhatian Bapak/Ibu.",
            ),
            ("Tentang acara ini:",),
        ),
        "warm": (
            (
                "Terima kasih sudah hadir, bertanya, dan berbagi.",
                "Terima kasih! Acara ini hangat karena kehadiran Anda.",
            ),
            ("Kabar selanjutnya di halaman acara:",),
        ),
        "young": (
            ("Makasih banyak, Kak! Seru banget bareng kamu.",),
            ("Kabar berikutnya pantau di sini:",),
        ),
    },
    Moment.RECORDING: {
        "formal": (
            ("Rekaman {kind} berikut telah dapat disaksikan.",),
            ("Halaman acara:",),
        ),
        "warm": (
            (
                "Tidak sempat hadir? Rekamannya sudah bisa ditonton.",
                "Rekaman sudah tersedia. Tonton kapan saja, ulangi bagian yang Anda suka.",
            ),
            ("Halaman acara:",),
        ),
        "young": (
            ("Ketinggalan? Santai, Kak, rekamannya sudah tayang.",),
            ("Halaman acara:",),
        ),
    },
    Moment.CERTIFICATES: {
        "formal": (
            ("Sertifikat bagi peserta {kind} berikut telah diterbitkan dan dikirim melalui email.",),
            ("Informasi selengkapnya:",),
        ),
        "warm": (
            (
                "Sertifikat sudah terbit! Periksa email Anda, termasuk folder spam.",
                "Untuk Anda yang hadir: sertifikatnya sudah kami kirim lewat email.",
            ),
            ("Halaman acara:",),
        ),
        "young": (
            ("Sertifikatnya sudah meluncur ke emailmu, Kak. Cek juga folder spam!",),
            ("Halaman acara:",),
        ),
    },
    Moment.SURVEY: {
        "formal": (
            ("Mohon kesediaan Bapak/Ibu mengisi survei singkat tentang {kind} berikut.",),
            ("Survei melalui halaman acara:",),
        ),
        "warm": (
            ("Bagaimana kesan Anda? Ceritakan kepada kami lewat survei singkat.",),
            ("Isi survei di halaman acara:",),
        ),
        "young": (
            ("Gimana acaranya, Kak? Cerita dong lewat survei singkat.",),
            ("Isi surveinya dari sini:",),
        ),
    },
    Moment.RESCHEDULED: {
        "formal": (
            ("Kami memberitahukan perubahan jadwal {kind} berikut. Mohon maaf atas ketidaknyamanannya.",),
            ("Informasi terbaru:",),
        ),
        "warm": (
            (
                "Jadwal berubah, mohon dicatat. Pendaftaran Anda tetap berlaku, tidak perlu mendaftar ulang.",
                "Ada perubahan jadwal. Yang sudah mendaftar tidak perlu mendaftar lagi.",
            ),
            ("Info terbaru:",),
        ),
        "young": (
            ("Kak, jadwalnya pindah, ya! Yang sudah daftar tetap aman.",),
            ("Info terbarunya:",),
        ),
    },
    Moment.POSTPONED: {
        "formal": (
            ("Kami memberitahukan bahwa {kind} berikut ditunda. Jadwal baru kami sampaikan kemudian. Mohon maaf.",),
            ("Informasi terbaru:",),
        ),
        "warm": (
            ("Mohon maaf, {kind} ini kami tunda. Pendaftaran Anda tetap berlaku; jadwal baru segera kami kabarkan.",),
            ("Pantau kabarnya di sini:",),
        ),
        "young": (
            ("Maaf ya, Kak, {kind} ini ditunda dulu. Jadwal barunya segera kami kabari.",),
            ("Pantau terus di sini:",),
        ),
    },
    Moment.CANCELLED: {
        "formal": (
            ("Dengan berat hati kami memberitahukan bahwa {kind} berikut dibatalkan. Mohon maaf sebesar-besarnya.",),
            ("Informasi selengkapnya:",),
        ),
        "warm": (
            ("Dengan berat hati, {kind} ini kami batalkan. Mohon maaf, dan terima kasih atas pengertian Anda.",),
            ("Selengkapnya:",),
        ),
        "young": (
            ("Kabar kurang enak, Kak: {kind} ini batal. Maaf banget, ya.",),
            ("Selengkapnya:",),
        ),
    },
}

INDONESIAN_LABELS = {
    "webinar": "webinar",
    "exhibition": "pameran",
    "when": "Waktu",
    "was": "Semula",
    "now": "Menjadi",
    "where": "Tempat",
    "online": "Daring, tautan dikirim setelah mendaftar",
    "or_online": "dan daring",
    "speaker": "Narasumber",
    "speakers": "Narasumber",
    "topic": "Topik",
    "with": "Bersama",
    "reason": "Alasan",
    "certificate": "E-sertifikat untuk peserta yang hadir",
    "free": "Gratis dan terbuka untuk umum",
    "attended": "Diikuti {attended} peserta",
    "watch": "Tonton",
    "bio": "Salin tautan ini atau buka dari profil kami",
    "poster": "Poster",
    "and": "dan",
    "cancelled": "dibatalkan",
    "postponed": "ditunda",
    "moved": "jadwal baru",
}
"""The small words around the event's facts."""
