"""What the columns of a meeting's report are called: by Zoom, Google Meet and Microsoft Teams, in several languages.

Programs translate their headings into the language of who downloads the report, and change them now and then. What is
in brackets is left aside: ``Duration (Minutes)`` is ``duration``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

_KNOWN = {
    "name": "name|user name|username|full name|participant|participant name|display name|attendee|attendee name|"
    "nama|nama pengguna|nama lengkap|nama peserta|peserta|nama tampilan|vollständiger name|benutzername|teilnehmer|"
    "nom|nom complet|nom d'utilisateur|nombre|nombre completo|nombre de usuario|nome|nome completo|nome de usuário|"
    "nome utente|naam|volledige naam|gebruikersnaam|tên|họ và tên|ชื่อ|ชื่อเต็ม|имя|полное имя|"
    "名前|氏名|ユーザー名|姓名|名称|名稱|全名|用户名|이름|사용자 이름|الاسم|الاسم الكامل",
    "first": "first name|given name|nama depan|vorname|prénom|primer nombre|primeiro nome|voornaam|名",
    "last": "last name|surname|family name|nama belakang|nama keluarga|nachname|nom de famille|apellido|apellidos|"
    "sobrenome|cognome|achternaam|姓",
    "email": "email|e-mail|email address|e-mail address|user email|participant email|surel|alamat surel|alamat email|"
    "alamat e-mail|email pengguna|surel pengguna|e-mail-adresse|e-mail des benutzers|adresse e-mail|courriel|"
    "adresse de messagerie|correo|correo electrónico|dirección de correo electrónico|endereço de e-mail|"
    "e-mail do usuário|indirizzo e-mail|posta elettronica|e-mailadres|địa chỉ email|อีเมล|"
    "электронная почта|メール|メールアドレス|メール アドレス|电子邮件|电子邮箱|電子郵件|이메일|البريد الإلكتروني",
    "joined": "join time|time joined|joined|joined at|join|waktu bergabung|waktu gabung|jam bergabung|waktu masuk|"
    "jam masuk|bergabung|bergabung pada|masuk|masa sertai|masa menyertai|beitrittszeit|beitrittszeitpunkt|"
    "teilnahmezeit|beigetreten um|heure d'arrivée|heure d'entrée|heure de connexion|heure de participation|"
    "hora de unión|hora de entrada|hora de ingreso|hora de ingresso|horário de entrada|ora di accesso|"
    "ora di ingresso|ora di partecipazione|deelnametijd|tijdstip van deelname|thời gian tham gia|เวลาเข้าร่วม|"
    "время входа|время присоединения|参加時刻|参加時間|加入时间|加入時間|参加时间|참가 시간|참여 시간|وقت الانضمام",
    "left": "leave time|time exited|left|left at|exit time|leave|waktu keluar|waktu meninggalkan|jam keluar|"
    "waktu meninggalkan rapat|keluar|keluar pada|waktu pergi|masa keluar|masa tinggalkan|austrittszeit|"
    "verlassen um|zeitpunkt des verlassens|heure de départ|heure de sortie|hora de salida|hora de abandono|"
    "hora de saída|horário de saída|ora di uscita|ora di abbandono|vertrektijd|tijdstip van vertrek|"
    "thời gian rời khỏi|thời gian rời đi|เวลาออก|время выхода|退出時刻|退出時間|"
    "离开时间|離開時間|退出时间|나간 시간|퇴장 시간|"
    "وقت المغادرة",
    "first_joined": "first join|first join time|first joined|bergabung pertama|gabung pertama|pertama bergabung|"
    "pertama kali bergabung|waktu pertama bergabung|erster beitritt|erste teilnahme|première connexion|"
    "première participation|première arrivée|primera unión|primera entrada|primeira entrada|primo accesso|"
    "eerste deelname|tham gia lần đầu|первое присоединение|最初の参加|最初に参加した日時|首次加入|첫 참가",
    "last_left": "last leave|last leave time|last left|keluar terakhir|terakhir keluar|terakhir kali keluar|"
    "waktu terakhir keluar|letzter austritt|letztes verlassen|zuletzt verlassen|dernière sortie|dernier départ|"
    "última salida|última saída|ultima uscita|laatste vertrek|rời khỏi lần cuối|последний выход|最後の退出|"
    "最後に退出した日時|最后离开|上次离开|最後離開|마지막 퇴장",
    "duration": "duration|total duration|time in session|in-meeting duration|attendance duration|meeting duration|"
    "durasi|lama|total durasi|durasi total|durasi dalam rapat|durasi di rapat|durasi rapat|waktu dalam sesi|"
    "lama hadir|tempoh|dauer|gesamtdauer|dauer in besprechung|dauer der teilnahme|durée|durée totale|"
    "durée dans la réunion|durée de participation|duración|duración total|duración en la reunión|duração|"
    "duração total|duração na reunião|durata|durata totale|"
    "durata nella riunione|duur|totale duur|duur in vergadering|"
    "thời lượng|ระยะเวลา|длительность|продолжительность|期間|会議時間|参加期間|持续时间|"
    "持續時間|时长|時長|기간|지속 시간|المدة",
}
_MEANS: Mapping[str, str] = MappingProxyType(
    {heading: column for column, headings in _KNOWN.items() for heading in headings.split("|")}
)
_BRACKETS = re.compile(r"[(\[（【][^)\]）】]*[)\]）】]")
_APOSTROPHES = str.maketrans("’`´", "'''")


def plain(heading: str) -> str:
    """Return a heading as it is looked for: in small letters, without brackets and marks."""
    bare = _BRACKETS.sub(" ", heading.translate(_APOSTROPHES).casefold())
    return " ".join(bare.replace("_", " ").strip(" *:#\ufeff").split())


def columns_in(cells: Sequence[str]) -> dict[str, int]:
    """Return where each thing stands that these cells are the headings of; the first that says it counts."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        column = _MEANS.get(plain(cell))
        if column is not None:
            found.setdefault(column, place)
    return found


def are_headings(columns: Mapping[str, int]) -> bool:
    """Tell whether a row with these columns heads a list of people: there are names, and when or how long."""
    named = bool({"name", "first", "last"} & columns.keys())
    timed = bool({"joined", "left", "first_joined", "last_left", "duration"} & columns.keys())
    return named and timed
