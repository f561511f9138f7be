"""Two real-looking events, people and pictures that are drawn by code, and everything that goes wrong on posters."""

from __future__ import annotations

import functools
import io
import random
from typing import Any

import msgspec
from PIL import Image, ImageDraw, ImageFilter

from notifications.posters.design import Design, Hour, Voice, Work

TALK = Design(
    layout="typographic",
    locale="id",
    kicker="Webinar gratis",
    title="Menulis Cerita Anak dari Kampung Sendiri",
    big="12",
    month="Desember 2026",
    weekday="Sabtu",
    hours="09.00–11.30 WIB",
    where="Daring, melalui Zoom",
    was="",
    speakers=(
        Voice(
            name="Dr. Hj. Siti Aminah, S.Pd., M.M.", affiliation="Universitas Maritim Raja Ali Haji", photo_key="siti"
        ),
        Voice(name="Sulastri", affiliation="Komunitas Penulis Batam"),
    ),
    speaker_label="Narasumber",
    call="Daftar gratis",
    page="https://acara.perpus-batam.go.id/events/perpustakaan-batam/menulis-cerita-anak",
    organiser="Perpustakaan Kota Batam",
    tagline="",
    seed=1,
    primary="#0f5c5c",
    accent="#f2a541",
    paper="#fdfaf4",
    ink="#1d2b2f",
    font="Plus Jakarta Sans",
    lead="Cerita yang paling jujur tumbuh dari jalan yang kita lewati setiap hari.",
    programme=(
        Hour("09.00", "Pembukaan oleh Kepala Perpustakaan"),
        Hour("09.15", "Mendengar kampung: bahan cerita di sekitar kita"),
        Hour("10.00", "Dari catatan menjadi naskah"),
        Hour("10.45", "Bedah tiga naskah peserta"),
        Hour("11.15", "Tanya jawab"),
    ),
)
SHOW = msgspec.structs.replace(
    TALK,
    kicker="Pameran",
    title="Ombak dan Aksara: Seratus Tahun Naskah Melayu Kepulauan",
    big="10–24",
    month="Januari 2027",
    weekday="",
    hours="Setiap hari, 09.00–17.00 WIB",
    where="Galeri Lantai 2, Jalan Engku Putri, Batam Centre",
    speakers=(),
    call="Pilih jam kunjungan",
    primary="#7a1f2b",
    accent="#e9c46a",
    paper="#fbf6ec",
    ink="#2a1a16",
    font="Fraunces",
    lead="Empat puluh naskah, untuk pertama kalinya dalam satu ruang.",
    programme=(),
    picture_key="work",
    picture_kind="work",
    works=(
        Work(title="Gurindam Dua Belas", maker="Raja Ali Haji, 1847", picture_key="work"),
        Work(title="Syair Perahu", maker="Hamzah Fansuri, salinan abad ke-19"),
    ),
)
SPEAKER = msgspec.structs.replace(TALK, speakers=TALK.speakers[:1], kicker="Kenali narasumber")
CHANGE = msgspec.structs.replace(
    TALK,
    kicker="Jadwal baru",
    was="Sabtu, 5 Desember 2026, pukul 09.00–11.30 WIB",
    speakers=(),
    call="Info terbaru",
    lead="",
)
BAD_TITLES = {
    "long": "Literasi Digital untuk Guru dan Orang Tua: Mendampingi Anak Membaca, Bertanya, dan Berkarya di Tengah "
    "Banjir Informasi, Berita Bohong, Iklan Terselubung, dan Permainan Daring, bersama Para Pustakawan, Psikolog, "
    "Wartawan, serta Komunitas Ibu Pembaca dari Tujuh Kecamatan di Kota Batam dan Pulau-Pulau Sekitarnya",
    "shouting": "LOMBA MENULIS SURAT UNTUK KOTA BATAM TAHUN 2026 TERBUKA UNTUK UMUM",
    "emoji": "Keluarga Membaca 👨‍👩‍👧‍👦 Bersama 📚🇮🇩",
    "arabic": "قراءة في كتاب تاريخ الملايو والجزر",
    "javanese": "ꦥꦸꦱ꧀ꦠꦏꦗꦮꦲꦏ꧀ꦱꦫ ꦤꦺꦲꦤꦕꦫꦏ",
    "markup": "<b>Tebal</b> & <script>alert(1)</script>",
    "unbroken": "Kesusastraanberkesinambunganantargenerasikepulauandanpesisir",
    "word": "Pulang",
}


def sample(name: str) -> tuple[Design, dict[str, bytes]]:
    """Return a design and its pictures: ``talk``, ``show``, ``speaker``, ``bare``, ``change``, or a bad title's."""
    pictures = {"siti": portrait(1), "work": manuscript()}
    if name in BAD_TITLES:
        return msgspec.structs.replace(TALK, title=BAD_TITLES[name], font="Plus Jakarta Sans"), pictures
    designs = {"talk": TALK, "show": SHOW, "speaker": SPEAKER, "change": CHANGE}
    if name == "bare":
        return msgspec.structs.replace(TALK, speakers=(), programme=(), lead="", title="Pulang"), {}
    return designs[name], pictures


@functools.cache
def portrait(seed: int) -> bytes:
    """Return a photograph-like picture of somebody in front of shelves: soft shapes, real lightness, no real person."""
    rng = random.Random(seed)
    picture = Image.new("RGB", (900, 1200), "#4a3b2e")
    pen = ImageDraw.Draw(picture)
    for shelf in range(6):
        x = 0
        while x < 900:
            w = rng.randint(18, 46)
            tone = rng.choice(("#8c5a3c", "#2f4a4d", "#b08d57", "#6d2f2f", "#39424e", "#c9b58b", "#58683f"))
            pen.rectangle((x, shelf * 210 + rng.randint(0, 40), x + w - 3, shelf * 210 + 190), fill=tone)
            x += w
        pen.rectangle((0, shelf * 210 + 190, 900, shelf * 210 + 210), fill="#2b2019")
    picture = picture.filter(ImageFilter.GaussianBlur(9))
    figure = Image.new("RGBA", picture.size)
    body = ImageDraw.Draw(figure)
    body.ellipse((90, 770, 810, 1700), fill="#31506b")
    body.ellipse((235, 240, 665, 900), fill="#d9cfc0")
    body.ellipse((305, 330, 595, 740), fill="#b98562")
    body.ellipse((300, 700, 600, 960), fill="#d9cfc0")
    body.arc((390, 590, 510, 660), 20, 160, fill="#7c4a38", width=9)
    for x in (370, 490):
        body.ellipse((x, 500, x + 40, 522), fill="#33241d")
    picture.paste(
        figure.filter(ImageFilter.GaussianBlur(2.5)), mask=figure.getchannel("A").filter(ImageFilter.GaussianBlur(2.5))
    )
    light = Image.linear_gradient("L").rotate(-60, expand=True).resize(picture.size)
    return _jpeg(Image.composite(picture, picture.point(lambda v: int(v * 0.72)), light))


@functools.cache
def manuscript() -> bytes:
    """Return a page of an old manuscript: paper, two columns of ink, an ornament."""
    rng = random.Random(7)
    picture = Image.new("RGB", (900, 1160), "#e6d3a8")
    pen = ImageDraw.Draw(picture)
    for _ in range(2600):
        x, y, r = rng.randint(0, 900), rng.randint(0, 1160), rng.randint(1, 4)
        pen.ellipse((x, y, x + r, y + r), fill=rng.choice(("#dcc593", "#eddcb8", "#d2b985")))
    pen.rectangle((60, 60, 840, 1100), outline="#8b2e22", width=6)
    pen.rectangle((76, 76, 824, 1084), outline="#8b6a22", width=2)
    for number in range(12):
        x = 110 + number * 58
        pen.polygon([(x, 190), (x + 29, 100), (x + 58, 190)], outline="#8b2e22", fill="#c89b3c")
    for row in range(19):
        for left, right in ((110, 430), (470, 790)):
            x = right
            while x > left + 30:
                w = rng.randint(18, 60)
                y = 250 + row * 42
                pen.arc((x - w, y - 6, x, y + 18), 0, 180, fill="#2d1c12", width=4)
                if rng.random() < 0.5:
                    pen.ellipse((x - w // 2, y + 22, x - w // 2 + 5, y + 27), fill="#2d1c12")
                if rng.random() < 0.3:
                    pen.line((x - w // 2, y - 14, x - w // 2, y + 6), fill="#2d1c12", width=4)
                x -= w + 9
    return _jpeg(picture.filter(ImageFilter.GaussianBlur(0.8)))


def _jpeg(picture: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()
